/*
 * Stands for the kernel behind native/gpio.c, by LD_PRELOAD: answers the GPIO ioctls on any descriptor, by the
 * declarations of <linux/gpio.h>. A line is a pipe. An input with edges has one event waiting.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int level;

static int request_line(struct gpio_v2_line_request *line) {
  int ends[2];
  if (line->offsets[0] == 5) return errno = EBUSY, -1;
  if (line->num_lines != 1 || line->event_buffer_size != 1024 || strcmp(line->consumer, "kith") != 0)
    return errno = EINVAL, -1;
  if (line->config.num_attrs == 1 && line->config.attrs[0].mask == 1 &&
      line->config.attrs[0].attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES)
    level = (int)line->config.attrs[0].attr.values;
  if (pipe(ends) < 0) return -1;
  if (line->config.flags & GPIO_V2_LINE_FLAG_EDGE_RISING) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct gpio_v2_line_event event = { .timestamp_ns = (__u64)now.tv_sec * 1000000000u + (__u64)now.tv_nsec,
                                        .id = GPIO_V2_LINE_EVENT_RISING_EDGE,
                                        .offset = line->offsets[0],
                                        .seqno = 7,
                                        .line_seqno = 0xfffffffe };
    if (write(ends[1], &event, sizeof event) < 0) return -1;
  }
  line->fd = ends[0];
  return 0;
}

int ioctl(int descriptor, unsigned long call, ...) {
  va_list arguments;
  va_start(arguments, call);
  void *given = va_arg(arguments, void *);
  va_end(arguments);
  if (call == GPIO_GET_CHIPINFO_IOCTL) {
    struct gpiochip_info *chip = given;
    strcpy(chip->name, "gpiochip0");
    memset(chip->label, 'x', sizeof chip->label); /* without its end */
    chip->lines = 54;
    return 0;
  }
  if (call == GPIO_V2_GET_LINEINFO_IOCTL) {
    struct gpio_v2_line_info *line = given;
    snprintf(line->name, sizeof line->name, "GPIO%u", line->offset);
    strcpy(line->consumer, line->offset == 5 ? "gpio-keys" : "");
    line->flags = GPIO_V2_LINE_FLAG_USED;
    return 0;
  }
  if (call == GPIO_V2_GET_LINE_IOCTL) return request_line(given);
  struct gpio_v2_line_values *values = given;
  if (call == GPIO_V2_LINE_GET_VALUES_IOCTL) return values->bits = (__u64)level & values->mask, 0;
  if (call == GPIO_V2_LINE_SET_VALUES_IOCTL) return level = (int)(values->bits & values->mask), 0;
  return (int)syscall(SYS_ioctl, descriptor, call, given);
}
