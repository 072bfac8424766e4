/** hardware → Hardware. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** grouped-query → groupedQuery. */
export function camelCase(text: string): string {
  return text.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
