/* What kith's addons share. Node-API only, so that one build serves every Node. */
#ifndef KITH_ADDON_H
#define KITH_ADDON_H

#include <string.h>

#define NAPI_VERSION 8
#include <node_api.h>

#define MOST_ARGUMENTS 6

/* An Error with errno (negative) and syscall, as Node's fs gives it; src/hal/linux names its code. */
static inline napi_value failure(napi_env env, const char *syscall, int error) {
  napi_value message, made, number, name;
  napi_create_string_utf8(env, strerror(error), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, NULL, message, &made);
  napi_create_int32(env, -error, &number);
  napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, made, "errno", number);
  napi_set_named_property(env, made, "syscall", name);
  return made;
}

static inline napi_value fail(napi_env env, const char *syscall, int error) {
  napi_throw(env, failure(env, syscall, error));
  return NULL;
}

/* count arguments, of which the first numeric are integers; anything else is a bug of the caller. */
static inline bool numbers(napi_env env, napi_callback_info info, size_t count, napi_value *given, uint32_t *values,
                    size_t numeric) {
  size_t found = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &found, given, NULL, NULL);
  bool valid = found >= count;
  for (size_t i = 0; valid && i < numeric; i++) valid = napi_get_value_uint32(env, given[i], &values[i]) == napi_ok;
  if (!valid) napi_throw_type_error(env, NULL, "wrong arguments");
  return valid;
}

typedef struct {
  const char *name;
  napi_callback call;
} call_t;

static napi_value export_calls(napi_env env, napi_value exports, const call_t *calls, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &function);
    napi_set_named_property(env, exports, calls[i].name, function);
  }
  return exports;
}

#endif
