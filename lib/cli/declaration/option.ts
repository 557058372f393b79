/** An option of a command. */
export interface Option {
  /** The name of its value, such as "<dir>"; without it the option is a switch. */
  readonly value?: string;
  /** The allowed values. */
  readonly oneOf?: readonly string[];
  /** The short name of a switch, one letter. */
  readonly short?: string;
  /** One line of help. */
  readonly about: string;
  /** True when the option is not allowed together with a named alias. */
  readonly isForUnnamed?: boolean;
  /** True when the option is required. */
  readonly isNeeded?: boolean;
}

/** Options by name, in the order in which help shows them. */
export type Options = Readonly<Record<string, Option>>;

/** The options that a command line gives: true for a switch, else the value. */
export type Given<Known extends Options> = { readonly [Name in keyof Known]?: Value<Known[Name]> };

type Value<Kind extends Option> = Kind extends { readonly oneOf: readonly (infer Word)[] } ? Word
  : Kind extends { readonly value: string } ? string
  : true;
