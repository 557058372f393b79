/**
 * Which room of `lib` may import from which, one line a room; "." is what lies in a layer itself, beside its rooms. Every
 * room may import from itself. A new room gets a line, a new arrow a word; no two rooms may lead to each other.
 */
export const ROOMS: Rooms = tableOf(`
  core/text
  core/text/screen
  core/shell          core: text
  core/system         core: shell text
  core/quota          core: text
  core/codex          core: quota text
  core/codex/threads  core: codex text
  core/session        core: codex quota shell system text
  core/login          core: codex
  core/thread         core: codex codex/threads quota session shell system text
  core/pick           core: codex pick/policies quota session text
  core/pick/policies  core: quota
  core/pick/report    core: codex pick quota session text
  core/sharing        core: text
  core/config         core: event pick session text
  core/event          core: codex pick quota session text
  core/supervisor     core: codex config session shell system text
  core/doctor         core: codex config quota session supervisor system text
  core/simulation     core: config pick pick/policies quota session text
  core/pool           core: codex pool/limits pool/python pool/screen quota shell text
  core/pool/limits    core: codex pick quota text
  core/pool/python    core: text
  core/pool/screen    core: codex pool/limits quota text
  core/pool/state     core: codex pool/python text
  core/pool/watch     core: codex pool/limits system text
  core/backup         core: codex text
  core/skill          core: pool text
  core/completion     core: completion/scripts text
  core/completion/scripts

  io                  io: files platform process   core: codex pool/screen shell text
  io/platform         core: text
  io/files            io: platform   core: skill text
  io/process          io: files platform   core: shell system text
  io/lock             io: . platform process   core: text

  app/config          io: . files lock   core: config system text
  app/daemon          app: codex config
                      io: . files lock process
                      core: session shell supervisor system text
  app/sharing         io: . files lock   core: config sharing shell system text
  app/codex           app: sharing   io: . files process   core: codex config session shell system text
  app/codex/threads   io: files   core: codex codex/threads
  app/moving          app: codex daemon session
                      io: . files lock process
                      core: config session shell system text thread
  app/login           app: codex moving session sharing
                      io: . files lock process
                      core: codex config login session sharing shell system text
  app/setup           app: codex doctor login session
                      io: . files
                      core: codex config doctor login session shell system text
  app/session         app: codex daemon
                      io: . files lock process
                      core: codex config quota session shell system text thread
  app/pick            app: codex daemon session
                      io: . files lock
                      core: config pick pick/policies pick/report quota session shell simulation system text text/screen
  app/event           app: codex session
                      io: . files lock process
                      core: config event session shell system text
  app/thread/going_on
                      io: . files lock process   core: codex pick session system text thread
  app/thread          app: codex codex/threads config daemon event pick session thread/going_on
                      io: . files lock process
                      core: codex codex/threads config pick quota session shell system text thread
  app/supervisor/threads
                      app: codex session   io: . files process   core: codex session system text
  app/supervisor/records
                      app: codex session   io: . files process   core: session supervisor system text
  app/supervisor      app: codex config daemon event moving session supervisor/records supervisor/threads
                      io: . files lock process
                      core: codex config pick quota session shell supervisor system text
  app/backup          app: codex login session
                      io: . files lock
                      core: backup codex shell system text
  app/doctor          app: backup codex config daemon pick pool pool/pick session
                      io: . files lock process
                      core: codex config doctor pick pool session sharing shell system text thread
  app/completion      app: codex moving session thread   io: . files   core: backup codex/threads completion system thread
  app/skill           io: . files lock   core: shell skill text
  app/pool            io: . files lock   core: pool pool/python pool/state pool/watch shell text
  app/pool/pick       app: codex pool session
                      io: . files
                      core: codex config pick pool pool/python pool/state session system text
  app/pool/add        app: codex login pool pool/pick session
                      io: . files
                      core: codex config login pool session sharing system text
  app/pool/limits     app: codex pool pool/pick session
                      io: . files process
                      core: codex pool pool/limits pool/screen pool/state session shell system text
  app/pool/watch      app: codex event pool pool/limits pool/pick
                      io: . files lock process
                      core: codex event pool pool/limits pool/python pool/screen pool/watch shell system text
  app/library         app: codex config daemon pick pool pool/pick session sharing
                      io: . files process
                      core: codex pick pick/report pool pool/python quota shell system text

  cli                 cli: commands declaration output pool prompt view
                      app: codex moving session
                      io: .
                      core: shell system text
  cli/declaration     app: codex login pick   io: .   core: pick session shell text
  cli/commands        cli: completion declaration output prompt screen view view/thread view/upkeep
                      io: .
                      app: backup codex config daemon doctor event login moving pick session setup sharing skill supervisor thread
                      core: backup completion config doctor event pick pick/report session shell skill system text text/screen thread
  cli/prompt          io: .   app: config pick session   core: config pick pick/report system text
  cli/completion      cli: declaration pool   io: .   app: completion session   core: completion config text
  cli/pool            io: .
                      app: codex login pool pool/add pool/limits pool/pick pool/watch
                      core: completion pool pool/limits pool/python quota shell text text/screen
                      cli: screen
  cli/output          app: daemon setup skill
                      core: codex doctor event pick pick/policies pick/report shell simulation skill text thread
  cli/view/upkeep     cli: output   core: backup config system text text/screen   app: backup config moving
  cli/screen          cli: declaration view view/thread
                      io: .
                      app: pick thread
                      core: codex config pick pick/report quota shell simulation system text text/screen thread
  cli/view/thread     cli: output view
                      io: .
                      app: codex pick thread thread/going_on
                      core: codex pick quota system text thread
  cli/view            cli: output
                      io: .
                      app: codex daemon doctor pick sharing skill thread thread/going_on
                      core: codex config doctor pick pick/report quota simulation skill system text thread
`);

/** The rooms that each room may import from, all by their paths below `lib`. */
export type Rooms = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads a table; a line that begins with "layer:" goes on with the room above it. */
export function tableOf(text: string): Rooms {
  const rooms = new Map<string, Set<string>>();
  let allowed = new Set<string>();
  let layer = "";
  for (const word of text.trim().split(/\s+/)) {
    if (word.endsWith(":")) layer = word.slice(0, -1);
    else if (/^(core|io|app|cli)(\/|$)/.test(word)) rooms.set(word, allowed = new Set());
    else allowed.add(word === "." ? layer : `${layer}/${word}`);
  }
  return rooms;
}
