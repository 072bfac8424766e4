/** Calendar years that a build of a runtime may have: from the first transformer to far beyond any plan. */
export const buildYears = { minimum: 2017, maximum: 2100 };
