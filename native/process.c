/* Calls of the process that Node.js does not have, for Node-API. */
#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "addon.h"

typedef struct {
  uintptr_t from, to;
} range_t;

/* For dl_iterate_phdr(3): gives the addresses of the program or library that contains Node, and ends the iteration. */
static int find_node(struct dl_phdr_info *info, size_t size, void *found) {
  (void)size;
  range_t range = { UINTPTR_MAX, 0 };
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    uintptr_t to = from + info->dlpi_phdr[i].p_memsz;
    if (from < range.from) range.from = from;
    if (to > range.to) range.to = to;
  }
  uintptr_t inside = (uintptr_t)&napi_create_int32;
  if (inside < range.from || inside >= range.to) return 0;
  *(range_t *)found = range;
  return 1;
}

/*
 * Releases the pages of Node's code and constants, which are the page cache's: each returns at its next use, and what
 * only the start used does not. A mapping with pages of this process's own, resident (Anonymous) or swapped out (Swap,
 * the later line), is left alone, because MADV_DONTNEED would lose what was written there: relocations, breakpoints,
 * code that Node moved to large pages. Libraries are left alone too: another thread may be loading one, and writes to
 * its mapping after it was looked at. So is a mapping of which nothing is resident: QEMU's user mode says 0 for all
 * that it shows here, whatever was written to the mapping [linux-user/syscall.c, show_smaps()].
 */
static void release_node_pages(void) {
  range_t node;
  if (dl_iterate_phdr(find_node, &node) == 0) return;
  FILE *mappings = fopen("/proc/self/smaps", "re");
  if (mappings == NULL) return;
  char line[512], rights[5];
  uintptr_t from, to;
  range_t mapping = { 0, 0 };
  unsigned long inode, kilobytes;
  while (fgets(line, sizeof line, mappings) != NULL) {
    /* proc_pid_maps(5), proc_pid_smaps(5) */
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu", &from, &to, rights, &inode) == 4) {
      bool wanted = inode != 0 && rights[1] == '-' && from < node.to && to > node.from;
      mapping = wanted ? (range_t){ from, to } : (range_t){ 0, 0 };
    } else if (sscanf(line, "Rss: %lu kB", &kilobytes) == 1 && kilobytes == 0)
      mapping = (range_t){ 0, 0 };
    else if (sscanf(line, "Anonymous: %lu kB", &kilobytes) == 1 && kilobytes != 0)
      mapping = (range_t){ 0, 0 };
    else if (mapping.to != 0 && sscanf(line, "Swap: %lu kB", &kilobytes) == 1 && kilobytes == 0)
      madvise((void *)mapping.from, mapping.to - mapping.from, MADV_DONTNEED);
  }
  fclose(mappings);
}

/* trim(): whether the C library gave anything back; false where it has no such call. */
static napi_value trim(napi_env env, napi_callback_info info) {
  (void)info;
  release_node_pages();
#if defined(__GLIBC__)
  int released = malloc_trim(0);
#else
  int released = 0;
#endif
  napi_value result = NULL;
  napi_get_boolean(env, released != 0, &result);
  return result;
}

/* flock(descriptor): 0, or the errno of flock(2), LOCK_EX | LOCK_NB; EINVAL where the descriptor is no number. */
static napi_value lock(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t descriptor = -1;
  int error = 0;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count != 1 ||
      napi_get_value_int32(env, argument, &descriptor) != napi_ok)
    error = EINVAL;
  else if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    error = errno;
  napi_value result = NULL;
  napi_create_int32(env, error, &result);
  return result;
}

NAPI_MODULE_INIT() {
  static const call_t calls[] = { { "trim", trim }, { "flock", lock } };
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
