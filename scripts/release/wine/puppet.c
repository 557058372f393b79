/*
 * A codex.exe of ours. `app-server` answers a handshake and a question for the limits, one JSON object per line, until
 * its stdin ends; `login status` says that nobody is logged in, `login` writes an auth file; `exit N` ends with that
 * code; `until FILE` ends when there is such a file; `run FILE` starts the command line in a file of UTF-8 and says how
 * it ended; anything else prints its home and its arguments as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#define LIMITS \
    "{\"rateLimits\":{\"limitId\":\"codex\"," \
    "\"primary\":{\"usedPercent\":25,\"windowDurationMins\":300,\"resetsAt\":4000000000}," \
    "\"secondary\":{\"usedPercent\":50,\"windowDurationMins\":10080,\"resetsAt\":4000000000}}}"

static void print_json(const wchar_t *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text >= ' ' && *text <= '~' && *text != '"' && *text != '\\') putchar(*text);
        else printf("\\u%04x", *text);
    }
    putchar('"');
}

/* Answers are told apart by their numbers, which agentlb writes as "id":N at the start of a line. */
static int app_server(void)
{
    static char line[65536];
    while (fgets(line, sizeof line, stdin)) {
        const char *id = strstr(line, "\"id\":");
        const char *result = strstr(line, "\"initialize\"") ? "{\"userAgent\":\"puppet\"}" :
            strstr(line, "\"account/rateLimits/read\"") ? LIMITS : "{\"account\":null}";
        if (!id) continue;
        printf("{\"id\":%d,\"result\":%s}\n", atoi(id + 5), result);
        fflush(stdout);
    }
    return 0;
}

static int login(const wchar_t *home)
{
    wchar_t path[MAX_PATH];
    FILE *file;
    swprintf(path, MAX_PATH, L"%ls\\auth.json", home);
    file = _wfopen(path, L"wb");
    if (!file) return 1;
    fputs("{\"OPENAI_API_KEY\":\"made-up\"}", file);
    return fclose(file);
}

static int until(const wchar_t *path)
{
    while (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES) Sleep(20);
    return 0;
}

static int run(const wchar_t *path)
{
    static char text[32768];
    static wchar_t line[32768];
    STARTUPINFOW startup = { .cb = sizeof startup };
    PROCESS_INFORMATION process;
    DWORD code;
    FILE *file = _wfopen(path, L"rb");
    if (!file) return 1;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    MultiByteToWideChar(CP_UTF8, 0, text, -1, line, 32768);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) return 1;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    printf("code %lu\n", code);
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *home = _wgetenv(L"CODEX_HOME");
    const wchar_t *first = argc > 1 ? argv[1] : L"";
    if (!wcscmp(first, L"app-server")) return app_server();
    if (!wcscmp(first, L"exit") && argc == 3) return (int)wcstoul(argv[2], NULL, 10);
    if (!wcscmp(first, L"until") && argc == 3) return until(argv[2]);
    if (!wcscmp(first, L"run") && argc == 3) return run(argv[2]);
    if (!wcscmp(first, L"login")) {
        if (argc == 2) return login(home ? home : L".");
        fputs("Not logged in\n", stderr);
        return 1;
    }
    putchar('[');
    print_json(home ? home : L"");
    for (int at = 1; at < argc; at++) {
        putchar(',');
        print_json(argv[at]);
    }
    puts("]");
    return 0;
}
