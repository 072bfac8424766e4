/** The entry of a table under a name that others chose; inherited names, such as "constructor", are none of its entries. */
export function ownEntry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  const value = table[name];
  // Most look-ups find nothing; asking whether a name is the table's own takes longer than looking it up.
  return value !== undefined && Object.hasOwn(table, name) ? value : undefined;
}
