import { homeOf, type Layout } from "../../core/system/layout.ts";
import { diskUseOf } from "../../io/files/access.ts";
import { realPath } from "../../io/files/read.ts";
import { aliasesOf } from "../session/sessions.ts";

/** The space on the disk that a session's home takes. */
export interface HomeSize {
  readonly alias: string;
  readonly bytes: number;
}

/** The space that every home takes, in the order of the aliases. */
export function homeSizes(layout: Layout): HomeSize[] {
  return aliasesOf(layout).map((alias) => {
    const home = homeOf(layout, alias);
    return { alias, bytes: diskUseOf(realPath(home) ?? home) };
  });
}
