/* Memory of the process, for Node-API: gives what free() keeps back to the system. */
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <node_api.h>

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

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "trim", NAPI_AUTO_LENGTH, trim, NULL, &function);
  napi_set_named_property(env, exports, "trim", function);
  return exports;
}
