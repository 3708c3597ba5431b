/* Calls of the process that Node.js does not have, for Node-API. */
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "addon.h"

/* trim(): whether anything was given back; false where the C library has no such call. */
static napi_value trim(napi_env env, napi_callback_info info) {
  (void)info;
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
