/** A program that shows a desktop notice; its texts are arguments or variables, never a part of a script. */
export interface NoticeProgram {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const APPLE_SCRIPT = [
  "on run texts",
  "display notification (item 2 of texts) with title (item 1 of texts)",
  "end run",
];

const MANAGER = "[Windows.UI.Notifications.ToastNotificationManager]";
/** A toast of PowerShell, as a program needs a registered name to show one of its own. */
const POWER_SHELL = [
  "$ErrorActionPreference = 'Stop'",
  "$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]",
  `$toast = ${MANAGER}::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)`,
  "$texts = $toast.GetElementsByTagName('text')",
  "$null = $texts.Item(0).AppendChild($toast.CreateTextNode($env:AGENTLB_NOTICE_TITLE))",
  "$null = $texts.Item(1).AppendChild($toast.CreateTextNode($env:AGENTLB_NOTICE_TEXT))",
  "$by = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'",
  `${MANAGER}::CreateToastNotifier($by).Show([Windows.UI.Notifications.ToastNotification]::new($toast))`,
].join("; ");

/** The program for a notice on a platform. */
export function noticeProgram(platform: string, title: string, text: string): NoticeProgram {
  if (platform === "win32") {
    return {
      name: "powershell.exe",
      args: ["-NoProfile", "-NonInteractive", "-Command", POWER_SHELL],
      env: { AGENTLB_NOTICE_TITLE: title, AGENTLB_NOTICE_TEXT: text },
    };
  }
  if (platform === "darwin") {
    const script = APPLE_SCRIPT.flatMap((line) => ["-e", line]);
    return { name: "osascript", args: [...script, title, text], env: {} };
  }
  // Its text may hold markup.
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { name: "notify-send", args: ["--app-name=agentlb", "--", title, plain], env: {} };
}
