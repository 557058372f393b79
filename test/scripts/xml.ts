/** What makes a text no well-formed XML; undefined when nothing does. Knows elements and texts, which is all of a picture. */
export function xmlFault(xml: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml) || /\p{Surrogate}/u.test(xml)) {
    return "a character that XML forbids";
  }
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  const text = xml.trim();
  while (at < text.length) {
    const rest = text.slice(at);
    const words = /^[^<]+/.exec(rest)?.[0];
    if (words !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(words)) return "a bare &";
      if (open.length === 0) return "a text outside the root";
      at += words.length;
      continue;
    }
    const tag = /^<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="(?:[^"<&]|&\w+;)*")*)\s*(\/?)>/.exec(rest);
    if (tag === null) return "a bare <";
    const [whole, isEnd, name = "", , isEmpty] = tag;
    if (isEnd === "/") {
      if (open.at(-1) !== name) return `</${name}> closes <${open.at(-1) ?? ""}>`;
      open.pop();
    } else {
      if (open.length === 0) roots++;
      if (isEmpty === "") open.push(name);
    }
    if (roots > 1) return "more than one root";
    at += whole.length;
  }
  return open.length > 0 ? `<${open.at(-1)}> is not closed` : undefined;
}

/** The texts of the elements of a name, with entities resolved. */
export function textsIn(xml: string, name: string): string[] {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return [...xml.matchAll(new RegExp(`<${name}\\b[^>]*>([^<]*)</${name}>`, "g"))].map(([, text = ""]) =>
    text.replace(/&(\w+);/g, (_, entity: string) => entities[entity] ?? "")
  );
}
