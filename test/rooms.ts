/**
 * Which room of `lib` may import from which, one line a room; "." is what lies in a layer itself, beside its rooms. Every
 * room may import from itself. A new room gets a line, a new arrow a word; no two rooms may lead to each other.
 */
export const ROOMS: Rooms = tableOf(`
  core/text
  core/shell          core: text
  core/system         core: shell text
  core/quota          core: text
  core/codex          core: quota text
  core/codex/threads  core: codex text
  core/session        core: codex quota shell system text
  core/thread         core: codex codex/threads quota session shell system text
  core/pick           core: codex pick/policies quota session text
  core/pick/policies  core: quota
  core/config         core: pick session text
  core/supervisor     core: codex config session shell system text
  core/doctor         core: codex session supervisor system text
  core/simulation     core: config pick pick/policies quota session text
  core/pool           core: codex pool/limits pool/python pool/screen quota shell text
  core/pool/limits    core: codex pick quota text
  core/pool/python    core: text
  core/pool/screen    core: codex pool/limits quota text
  core/pool/state     core: codex pool/python text
  core/pool/watch     core: codex pool/limits system text
  core/skill          core: pool text
  core/completion     core: completion/scripts text
  core/completion/scripts

  io                  io: files platform process   core: codex pool/screen shell text
  io/platform         core: text
  io/files            io: platform                 core: skill text
  io/process          io: files platform           core: shell system text
  io/lock             io: . platform process       core: text

  app/config          io: . files lock             core: config system text
  app/daemon          app: codex config
                      io: . files lock process     core: session shell supervisor system text
  app/codex           io: . files process          core: codex config session shell system text
  app/codex/threads   io: files                    core: codex codex/threads
  app/moving          app: codex daemon session
                      io: . files lock process     core: config session shell system text thread
  app/login           app: codex moving session
                      io: . files lock process     core: codex config session shell system text
  app/session         app: codex daemon
                      io: . files lock process     core: codex config quota session shell system text thread
  app/pick            app: codex daemon session
                      io: . files lock             core: config pick pick/policies quota session simulation system text
  app/thread/going_on io: . files lock process     core: codex pick session system text thread
  app/thread          app: codex codex/threads config daemon pick session thread/going_on
                      io: . files lock process
                      core: codex codex/threads config pick quota session shell system text thread
  app/supervisor/threads
                      app: codex session
                      io: . files process          core: codex session system text
  app/supervisor/records
                      app: codex session
                      io: . files process          core: session supervisor system text
  app/supervisor      app: codex config daemon moving session supervisor/records supervisor/threads
                      io: . files lock process     core: codex config pick quota session shell supervisor system text
  app/doctor          app: codex config daemon pick pool pool/pick session
                      io: . files process          core: codex config doctor pick pool session shell system text thread
  app/completion      app: codex session thread
                      io: . files              core: codex/threads completion system thread
  app/skill           io: . files lock             core: shell skill text
  app/pool            io: . files lock             core: pool pool/python pool/state pool/watch shell text
  app/pool/pick       app: codex pool session
                      io: . files                  core: codex config pick pool pool/python pool/state session system text
  app/pool/limits     app: codex pool pool/pick session
                      io: . files process          core: codex pool pool/limits pool/screen pool/state session shell system text
  app/pool/watch      app: codex pool pool/limits pool/pick
                      io: . files lock process     core: codex pool pool/limits pool/python pool/screen pool/watch shell system text
  app/library         app: codex config daemon pick pool pool/pick session
                      io: . files process          core: codex pick pool pool/python quota shell system text

  cli                 cli: commands declaration output pool view
                      app: codex moving session    io: .
                      core: shell system text
  cli/declaration     app: codex pick              io: .
                      core: pick session shell text
  cli/commands        cli: completion declaration output view view/upkeep
                      io: .
                      app: codex config daemon doctor login moving pick session skill supervisor thread
                      core: completion config doctor pick session shell skill system text thread
  cli/completion      cli: declaration pool        io: .
                      app: completion session      core: completion config text
  cli/pool            io: .
                      app: codex pool pool/limits pool/pick pool/watch
                      core: completion pool pool/python shell text
  cli/output          app: daemon skill
                      core: codex doctor pick pick/policies shell simulation skill text thread
  cli/view/upkeep     cli: output                  core: config text
                      app: config moving
  cli/view            cli: output                  io: .
                      app: codex daemon pick skill thread thread/going_on
                      core: codex config doctor pick quota simulation skill system text thread
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
