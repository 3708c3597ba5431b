/*
 * Stands for the kernel behind native/i2c.c, by LD_PRELOAD: a file on which I2C_FUNCS was called is an adapter, by the
 * declarations of <linux/i2c-dev.h>. At 0x20 is a chip with 256 registers, 0x48 belongs to a driver of the kernel, and
 * nothing else answers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int adapter = -1;
static unsigned long address;
static __u8 registers[256], pointer;

static bool answers(void) {
  if (address != 0x20) errno = EREMOTEIO;
  return address == 0x20;
}

static int smbus(const struct i2c_smbus_ioctl_data *call) {
  if (!answers()) return -1;
  if (call->size == I2C_SMBUS_QUICK && call->data == NULL) return call->read_write == I2C_SMBUS_WRITE ? 0 : -1;
  if (call->size == I2C_SMBUS_BYTE && call->read_write == I2C_SMBUS_READ)
    return call->data->byte = registers[pointer++], 0;
  if (call->size == I2C_SMBUS_I2C_BLOCK_DATA && call->read_write == I2C_SMBUS_READ) {
    pointer = call->command;
    for (int i = 1; i <= call->data->block[0]; i++) call->data->block[i] = registers[pointer++];
    return 0;
  }
  return errno = EINVAL, -1;
}

int ioctl(int file, unsigned long call, ...) {
  va_list arguments;
  va_start(arguments, call);
  void *given = va_arg(arguments, void *);
  va_end(arguments);
  if (call == I2C_FUNCS) {
    adapter = file;
    *(unsigned long *)given = I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_READ_I2C_BLOCK;
    return 0;
  }
  if (file != adapter) return (int)syscall(SYS_ioctl, file, call, given);
  if (call == I2C_SMBUS) return smbus(given);
  if (call != I2C_SLAVE) return errno = ENOTTY, -1;
  if ((unsigned long)given == 0x48) return errno = EBUSY, -1;
  address = (unsigned long)given;
  return 0;
}

ssize_t read(int file, void *bytes, size_t count) {
  if (file != adapter) return syscall(SYS_read, file, bytes, count);
  if (!answers()) return -1;
  for (size_t i = 0; i < count; i++) ((__u8 *)bytes)[i] = registers[pointer++];
  return (ssize_t)count;
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (file != adapter) return syscall(SYS_write, file, bytes, count);
  if (!answers()) return -1;
  const __u8 *given = bytes;
  if (count > 0) pointer = given[0];
  for (size_t i = 1; i < count; i++) registers[pointer++] = given[i];
  if (count > 0) pointer = given[0];
  return (ssize_t)count;
}
