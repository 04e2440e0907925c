/**
 * Returns the text from which the hash of a record is computed: RFC 8785, the JSON Canonicalization Scheme. Numbers and
 * strings are written as ECMAScript writes them (3.2.2). Members are sorted by UTF-16 code units (3.2.3). There is no
 * white space.
 * @throws TypeError if the value is not JSON: NaN or an infinite number, a lone surrogate, a function
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no NaN and no infinite number');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a text with a lone surrogate cannot be written as JSON');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // Array.prototype.sort compares strings by UTF-16 code units, as the RFC requires.
  const names = members.map(([name]) => name).sort();
  const byName = new Map(members);
  return `{${names.map((name) => `${canonicalJson(name)}:${canonicalJson(byName.get(name))}`).join(',')}}`;
}
