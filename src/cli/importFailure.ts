/** Why an import did not happen, as `importFailures` asks for it. */
export interface ImportFailure {
  code?: string;
  message?: string;
}

export const importFailures = '... on Error { message code }';

/** The line for a person. */
export function refusalOf({ code, message = 'nothing was added' }: ImportFailure): string {
  if (code !== 'NOT_AUTHORIZED') return message;
  return `${message} Make one with \`npm run -s key -- create NAME\` and put it in CALCULATOR_KEY.`;
}
