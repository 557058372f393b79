import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Binding } from "../../core/thread/binding.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = {
  here: { about: "exactly this folder, not the top one of its git working tree" },
  remove: { about: "remove the binding that holds here" },
  json: { about: "print all bindings as an object" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "bind",
  usage: "[<alias>...] [--here | --remove] [--json]",
  summary: "use only these sessions for work in this folder and below; without a name list what is bound",
  help: [
    "Binds the top folder of this git working tree, else this folder, to sessions: there and below only they are " +
    "picked, and threads of others are not gone on with. The nearest bound folder above counts. With --unbound a " +
    "command leaves the binding aside.",
    "Folders may also be bound in config.toml, under [bind], which this command never changes.",
  ],
  options: OPTIONS,
  exclusive: [["here", "remove"]],
  examples: ["agentlb bind work", "agentlb bind work spare --here", "agentlb bind --remove"],
  takes: { what: "session", most: 64 },
  async run(host, { words, options }) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const [{ bind, bindingIn, bindingsOf, projectOf, unbind }, { bindingLine, bindingsJson, bindingsText }] =
      await Promise.all([import("../../app/session/bindings.ts"), import("../view/bindings.ts")]);
    const all = (done?: { readonly bound?: Binding; readonly unbound?: Binding }) =>
      bindingsJson(bindingsOf(host, layout, config), bindingIn(host, layout, config, host.cwd), done);
    if (options.remove) {
      if (words.length > 0) {
        throw new Failure("usage", "Cannot remove the binding of one session: bind the others");
      }
      const unbound = await unbind(host, layout, config, host.cwd);
      host.out(options.json ? all({ unbound }) : `unbound ${printable(unbound.folder)}\n`);
    } else if (words.length > 0) {
      const folder = options.here ? host.cwd : projectOf(host.cwd);
      const bound = await bind(host, layout, config, folder, words);
      host.out(options.json ? all({ bound }) : `bound ${bindingLine(bound)}\n`);
    } else if (options.json) host.out(all());
    else {
      const here = bindingIn(host, layout, config, host.cwd);
      host.out(bindingsText(bindingsOf(host, layout, config), here));
    }
    return 0;
  },
};
