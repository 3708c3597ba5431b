/*
 * Linux's GPIO character device for Node: the ioctls of <linux/gpio.h>, version 2 (Linux 5.10), and
 * readiness of a file descriptor from Node's event loop. Chips are opened and closed, and events read and parsed,
 * in src/hal/linux, where that can be tested without a kernel.
 *
 *   chipInfo(chip)                              -> { name, label, lines }
 *   lineInfo(chip, offset)                      -> { name, consumer, flags }
 *   request(chip, offset, flags, level, events, consumer) -> descriptor of the line
 *   get(line) -> 0 | 1        set(line, level)
 *   watch(descriptor, ready) -> watch           unwatch(watch)
 *
 * A failed call throws an Error with errno and syscall (addon.h).
 */
#include <errno.h>
#include <linux/gpio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <uv.h>

#include "addon.h"

static void set_number(napi_env env, napi_value object, const char *key, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, key, value);
}

/* The kernel terminates these with a zero; a third-party driver may not. */
static void set_text(napi_env env, napi_value object, const char *key, const char *text) {
  napi_value value;
  napi_create_string_latin1(env, text, strnlen(text, GPIO_MAX_NAME_SIZE), &value);
  napi_set_named_property(env, object, key, value);
}

static napi_value chip_info(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result;
  uint32_t value[1];
  if (!numbers(env, info, 1, given, value, 1)) return NULL;
  struct gpiochip_info chip;
  memset(&chip, 0, sizeof chip);
  if (ioctl((int)value[0], GPIO_GET_CHIPINFO_IOCTL, &chip) < 0) return fail(env, "GPIO_GET_CHIPINFO_IOCTL", errno);
  napi_create_object(env, &result);
  set_text(env, result, "name", chip.name);
  set_text(env, result, "label", chip.label);
  set_number(env, result, "lines", chip.lines);
  return result;
}

static napi_value line_info(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result;
  uint32_t value[2];
  if (!numbers(env, info, 2, given, value, 2)) return NULL;
  struct gpio_v2_line_info line;
  memset(&line, 0, sizeof line);
  line.offset = value[1];
  if (ioctl((int)value[0], GPIO_V2_GET_LINEINFO_IOCTL, &line) < 0)
    return fail(env, "GPIO_V2_GET_LINEINFO_IOCTL", errno);
  napi_create_object(env, &result);
  set_text(env, result, "name", line.name);
  set_text(env, result, "consumer", line.consumer);
  set_number(env, result, "flags", (double)line.flags);
  return result;
}

static napi_value request(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result;
  uint32_t value[5];
  if (!numbers(env, info, 6, given, value, 5)) return NULL;
  struct gpio_v2_line_request line;
  memset(&line, 0, sizeof line);
  line.offsets[0] = value[1];
  line.num_lines = 1;
  line.config.flags = value[2];
  line.event_buffer_size = value[4];
  if ((value[2] & GPIO_V2_LINE_FLAG_OUTPUT) != 0) {
    line.config.num_attrs = 1;
    line.config.attrs[0].mask = 1;
    line.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    line.config.attrs[0].attr.values = value[3] != 0;
  }
  napi_get_value_string_latin1(env, given[5], line.consumer, sizeof line.consumer, NULL);
  if (ioctl((int)value[0], GPIO_V2_GET_LINE_IOCTL, &line) < 0) return fail(env, "GPIO_V2_GET_LINE_IOCTL", errno);
  napi_create_int32(env, line.fd, &result);
  return result;
}

static napi_value get(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result;
  uint32_t value[1];
  if (!numbers(env, info, 1, given, value, 1)) return NULL;
  struct gpio_v2_line_values values = { .bits = 0, .mask = 1 };
  if (ioctl((int)value[0], GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0)
    return fail(env, "GPIO_V2_LINE_GET_VALUES_IOCTL", errno);
  napi_create_uint32(env, (uint32_t)(values.bits & 1), &result);
  return result;
}

static napi_value set(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[2];
  if (!numbers(env, info, 2, given, value, 2)) return NULL;
  struct gpio_v2_line_values values = { .bits = value[1] != 0, .mask = 1 };
  if (ioctl((int)value[0], GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0)
    return fail(env, "GPIO_V2_LINE_SET_VALUES_IOCTL", errno);
  return NULL;
}

typedef struct {
  uv_poll_t poll; /* first member: a handle is cast to its watch */
  napi_env env;
  napi_ref ready;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
} watch_t;

static void closed(uv_handle_t *handle) {
  watch_t *watch = (watch_t *)handle;
  if (watch->cleanup != NULL) napi_remove_async_cleanup_hook(watch->cleanup);
  free(watch);
}

/* The environment ends (usually a worker): its handles must be closed before the loop. */
static void environment_ends(napi_async_cleanup_hook_handle cleanup, void *data) {
  watch_t *watch = data;
  watch->cleanup = cleanup;
  if (!uv_is_closing((uv_handle_t *)&watch->poll)) uv_close((uv_handle_t *)&watch->poll, closed);
}

static void became_ready(uv_poll_t *poll, int status, int events) {
  (void)status, (void)events; /* the following read reports the error */
  watch_t *watch = (watch_t *)poll;
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value ready, receiver, thrown;
  bool pending = false;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, watch->ready, &ready);
  napi_get_global(env, &receiver);
  napi_make_callback(env, watch->context, receiver, ready, 0, NULL, NULL);
  napi_is_exception_pending(env, &pending);
  if (pending) {
    napi_get_and_clear_last_exception(env, &thrown);
    napi_fatal_exception(env, thrown);
  }
  napi_close_handle_scope(env, scope);
}

static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result, name;
  uint32_t value[1];
  uv_loop_t *loop;
  if (!numbers(env, info, 2, given, value, 1)) return NULL;
  watch_t *watch = calloc(1, sizeof *watch);
  if (watch == NULL) return fail(env, "calloc", ENOMEM);
  napi_get_uv_event_loop(env, &loop);
  /* Makes the descriptor non-blocking as well. */
  int error = uv_poll_init(loop, &watch->poll, (int)value[0]);
  if (error != 0) {
    free(watch);
    return fail(env, "uv_poll_init", -error);
  }
  watch->env = env;
  napi_create_reference(env, given[1], 1, &watch->ready);
  napi_create_string_utf8(env, "kith:gpio", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &watch->context);
  napi_add_async_cleanup_hook(env, environment_ends, watch, &watch->cleanup);
  /* Waiting for an edge does not keep the process alive. */
  uv_unref((uv_handle_t *)&watch->poll);
  uv_poll_start(&watch->poll, UV_READABLE, became_ready);
  napi_create_external(env, watch, NULL, NULL, &result);
  return result;
}

/* Call once for each watch, before its descriptor is closed. */
static napi_value unwatch(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  size_t found = MOST_ARGUMENTS;
  void *data = NULL;
  napi_get_cb_info(env, info, &found, given, NULL, NULL);
  if (found < 1 || napi_get_value_external(env, given[0], &data) != napi_ok) {
    napi_throw_type_error(env, NULL, "wrong arguments");
    return NULL;
  }
  watch_t *watch = data;
  if (uv_is_closing((uv_handle_t *)&watch->poll)) return NULL;
  napi_delete_reference(env, watch->ready);
  napi_async_destroy(env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, closed);
  return NULL;
}

NAPI_MODULE_INIT() {
  static const call_t calls[] = { { "chipInfo", chip_info }, { "lineInfo", line_info }, { "request", request },
                                  { "get", get },            { "set", set },            { "watch", watch },
                                  { "unwatch", unwatch } };
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
