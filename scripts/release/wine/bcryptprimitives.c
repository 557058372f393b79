/* The one function that Bun's runtime takes from bcryptprimitives.dll, which wine 8 has not. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count)
{
    while (count > 0) {
        ULONG part = count > 65536 ? 65536 : (ULONG)count;
        if (!RtlGenRandom(bytes, part)) return FALSE;
        bytes += part;
        count -= part;
    }
    return TRUE;
}
