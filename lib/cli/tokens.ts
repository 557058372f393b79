/** A word of a command line, or an option with its value if it has one. */
export type Token =
  | { readonly kind: "positional"; readonly value: string }
  | OptionToken;

export interface OptionToken {
  readonly kind: "option";
  readonly name: string;
  /** As it was typed, without a value. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value stood behind `=`; undefined when there is none. */
  readonly inlineValue: boolean | undefined;
}

export type Options = Readonly<
  Record<string, { readonly type: "string" | "boolean"; readonly short?: string }>
>;

/**
 * Tells options from other words as the lenient `parseArgs` of `node:util` does, for options of which none with a value
 * has a short name. Loading that module would take a tenth of the time that a pick takes.
 */
export function tokensOf(args: readonly string[], options: Options): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const equals = word.indexOf("=", 3);
    if (word.length < 2 || !word.startsWith("-")) {
      tokens.push({ kind: "positional", value: word });
    } else if (!word.startsWith("--")) {
      for (const letter of word.slice(1)) {
        tokens.push(option(nameOf(letter, options), `-${letter}`, undefined, undefined));
      }
    } else if (equals >= 0) {
      // The first `=` ends the name, even an empty one.
      const end = word.indexOf("=");
      tokens.push(option(word.slice(2, end), word.slice(0, end), word.slice(end + 1), true));
    } else {
      const name = word.slice(2);
      const takesNext = Object.hasOwn(options, name) && options[name]!.type === "string" &&
        at + 1 < args.length;
      tokens.push(option(name, word, takesNext ? args[++at] : undefined, takesNext ? false : undefined));
    }
  }
  return tokens;
}

function option(
  name: string,
  rawName: string,
  value: string | undefined,
  inlineValue: boolean | undefined,
): OptionToken {
  return { kind: "option", name, rawName, value, inlineValue };
}

function nameOf(letter: string, options: Options): string {
  return Object.keys(options).find((name) => options[name]!.short === letter) ?? letter;
}
