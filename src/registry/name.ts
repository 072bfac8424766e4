/** Names are compared after this: compatibility forms (NFKC), outer spaces and upper case do not tell names apart. */
export function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** `runtime-version` of `runtimeVersion`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
