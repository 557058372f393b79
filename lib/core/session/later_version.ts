/**
 * Tells whether a later version of agentlb wrote a file of ours, whose first key is its format: a `v`, or a schema that
 * ends in a number, above 1.
 */
export function isOfLaterVersion(text: string): boolean {
  return /^\s*\{\s*"(?:v":\s*|schema":\s*"agentlb\.[\w-]+\/)(?:[2-9]|\d{2,})[",\s}]/.test(text);
}
