import packageJson from '../../package.json' with { type: 'json' };

/** Version of this calculator, as released. */
export const calculatorVersion: string = packageJson.version;
