/** An option of a command. */
export interface Option {
  /** What its value is called, such as "<dir>"; without it the option is a switch. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly oneOf?: readonly string[];
  /** One letter, for a switch. */
  readonly short?: string;
  /** One line of help. */
  readonly about: string;
  /** It can't be used when the command has a name as its argument. */
  readonly isForUnnamed?: boolean;
  /** The command is wrong without it. */
  readonly isNeeded?: boolean;
}

/** Options by name, in the order in which help shows them. */
export type Options = Readonly<Record<string, Option>>;

/** The options that a command line gives: true for a switch, else the value. */
export type Given<Known extends Options> = { readonly [Name in keyof Known]?: Value<Known[Name]> };

type Value<Kind extends Option> = Kind extends { readonly oneOf: readonly (infer Word)[] } ? Word
  : Kind extends { readonly value: string } ? string
  : true;
