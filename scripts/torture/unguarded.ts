/** A supervisor that takes no care of logins near their end: to see that the care is what keeps them. Run with Bun. */
import { runDaemon } from "../../lib/app/supervisor/daemon_run.ts";
import { ensureLayout } from "../../lib/app/session/sessions.ts";
import { layoutOf, rootFrom } from "../../lib/core/system/layout.ts";
import { realHost } from "../../lib/io/host.ts";

const host = realHost(import.meta.url);
const layout = layoutOf(rootFrom(host));
ensureLayout(host, layout);
await runDaemon(host, layout, { renewalMarginMs: 0 });
