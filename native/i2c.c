/*
 * Linux's I2C devices, /dev/i2c-N, for Node: the calls of <linux/i2c-dev.h> that kith uses. Each transfer is made in a
 * thread of libuv, for the kernel blocks until the bus is free and the chip has answered. The address is set by
 * I2C_SLAVE before each of them, never by force: an address that a driver of the kernel has is refused with EBUSY.
 * Files are opened and closed in src/hal/linux/i2c-adapter.ts.
 *
 *   functions(file)                            -> I2C_FUNC_ bits
 *   read(file, address, count)                 -> Promise of the bytes that came: read(2)
 *   write(file, address, bytes)                -> Promise of their number: write(2)
 *   readBlock(file, address, command, count)   -> Promise of the bytes that came: SMBus, with a repeated start
 *   receiveByte(file, address)                 -> Promise of one byte: SMBus
 *   writeQuick(file, address)                  -> Promise of none: SMBus, the address alone
 *
 * A failed call gives an Error with errno and syscall (addon.h); that of a refused address has the syscall I2C_SLAVE.
 */
#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "addon.h"

/* read(2) and write(2) of i2c-dev take no more at once [drivers/i2c/i2c-dev.c]. */
#define MOST_BYTES 8192
#define MOST_ADDRESS 0x7f

struct transfer;

/* Makes the transfer. Returns the number of bytes, or -1 with errno and the name of the call that failed. */
typedef ssize_t exchange_t(struct transfer *transfer, const char **syscall);

typedef struct transfer {
  exchange_t *exchange;
  uint32_t file, address, command, count;
  ssize_t done;
  int error;
  const char *syscall;
  bool writes; /* the result is the number of bytes */
  napi_deferred deferred;
  napi_async_work work;
  uint8_t bytes[]; /* count of them */
} transfer_t;

static ssize_t exchange_read(transfer_t *transfer, const char **syscall) {
  *syscall = "read";
  return read((int)transfer->file, transfer->bytes, transfer->count);
}

static ssize_t exchange_write(transfer_t *transfer, const char **syscall) {
  *syscall = "write";
  return write((int)transfer->file, transfer->bytes, transfer->count);
}

static int smbus(transfer_t *transfer, uint8_t direction, uint32_t size, union i2c_smbus_data *data) {
  struct i2c_smbus_ioctl_data call = {
    .read_write = direction, .command = (uint8_t)transfer->command, .size = size, .data = data
  };
  return ioctl((int)transfer->file, I2C_SMBUS, &call);
}

static ssize_t exchange_block(transfer_t *transfer, const char **syscall) {
  union i2c_smbus_data data = { .block = { (uint8_t)transfer->count } };
  *syscall = "I2C_SMBUS";
  if (smbus(transfer, I2C_SMBUS_READ, I2C_SMBUS_I2C_BLOCK_DATA, &data) < 0) return -1;
  uint8_t came = data.block[0] < transfer->count ? data.block[0] : (uint8_t)transfer->count;
  memcpy(transfer->bytes, data.block + 1, came);
  return came;
}

static ssize_t exchange_byte(transfer_t *transfer, const char **syscall) {
  union i2c_smbus_data data;
  *syscall = "I2C_SMBUS";
  if (smbus(transfer, I2C_SMBUS_READ, I2C_SMBUS_BYTE, &data) < 0) return -1;
  transfer->bytes[0] = data.byte;
  return 1;
}

static ssize_t exchange_quick(transfer_t *transfer, const char **syscall) {
  *syscall = "I2C_SMBUS";
  return smbus(transfer, I2C_SMBUS_WRITE, I2C_SMBUS_QUICK, NULL);
}

static void execute(napi_env env, void *data) {
  (void)env;
  transfer_t *transfer = data;
  transfer->done = -1;
  if (ioctl((int)transfer->file, I2C_SLAVE, (unsigned long)transfer->address) >= 0)
    transfer->done = transfer->exchange(transfer, &transfer->syscall);
  transfer->error = errno;
}

static napi_value bytes_of(napi_env env, const transfer_t *transfer) {
  napi_value buffer, bytes;
  void *memory;
  if (napi_create_arraybuffer(env, (size_t)transfer->done, &memory, &buffer) != napi_ok) return NULL;
  memcpy(memory, transfer->bytes, (size_t)transfer->done);
  napi_create_typedarray(env, napi_uint8_array, (size_t)transfer->done, buffer, 0, &bytes);
  return bytes;
}

static void complete(napi_env env, napi_status status, void *data) {
  transfer_t *transfer = data;
  napi_value result = NULL;
  if (status == napi_ok && transfer->done >= 0) {
    if (transfer->writes) napi_create_uint32(env, (uint32_t)transfer->done, &result);
    else result = bytes_of(env, transfer);
  }
  if (result != NULL) napi_resolve_deferred(env, transfer->deferred, result);
  else {
    int error = status != napi_ok ? ECANCELED : transfer->done < 0 ? transfer->error : ENOMEM;
    napi_reject_deferred(env, transfer->deferred, failure(env, transfer->syscall, error));
  }
  napi_delete_async_work(env, transfer->work);
  free(transfer);
}

/* Starts a transfer. bytes: what is written; NULL where it reads. */
static napi_value start(napi_env env, transfer_t values, const uint8_t *bytes) {
  napi_value promise, name;
  if (values.address > MOST_ADDRESS || values.count > MOST_BYTES) {
    napi_throw_range_error(env, NULL, "no such address, or too many bytes");
    return NULL;
  }
  transfer_t *transfer = calloc(1, sizeof *transfer + values.count);
  if (transfer == NULL) return fail(env, "calloc", ENOMEM);
  *transfer = values;
  transfer->syscall = "I2C_SLAVE";
  if (bytes != NULL) memcpy(transfer->bytes, bytes, values.count);
  napi_create_string_utf8(env, "kith:i2c", NAPI_AUTO_LENGTH, &name);
  if (napi_create_async_work(env, NULL, name, execute, complete, transfer, &transfer->work) == napi_ok &&
      napi_create_promise(env, &transfer->deferred, &promise) == napi_ok &&
      napi_queue_async_work(env, transfer->work) == napi_ok)
    return promise;
  if (transfer->work != NULL) napi_delete_async_work(env, transfer->work);
  free(transfer);
  return fail(env, "napi_queue_async_work", ENOMEM);
}

static napi_value functions(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS], result;
  uint32_t file;
  unsigned long bits;
  if (!numbers(env, info, 1, given, &file, 1)) return NULL;
  if (ioctl((int)file, I2C_FUNCS, &bits) < 0) return fail(env, "I2C_FUNCS", errno);
  napi_create_uint32(env, (uint32_t)bits, &result);
  return result;
}

static napi_value read_bytes(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[3];
  if (!numbers(env, info, 3, given, value, 3)) return NULL;
  transfer_t values = { .exchange = exchange_read, .file = value[0], .address = value[1], .count = value[2] };
  return start(env, values, NULL);
}

static napi_value write_bytes(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[2];
  napi_typedarray_type type;
  size_t count;
  void *bytes;
  if (!numbers(env, info, 3, given, value, 2)) return NULL;
  if (napi_get_typedarray_info(env, given[2], &type, &count, &bytes, NULL, NULL) != napi_ok ||
      type != napi_uint8_array || count > MOST_BYTES) {
    napi_throw_type_error(env, NULL, "wrong arguments");
    return NULL;
  }
  transfer_t values = { .exchange = exchange_write,
                        .file = value[0],
                        .address = value[1],
                        .count = (uint32_t)count,
                        .writes = true };
  return start(env, values, bytes);
}

static napi_value read_block(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[4];
  if (!numbers(env, info, 4, given, value, 4)) return NULL;
  if (value[2] > UINT8_MAX || value[3] > I2C_SMBUS_BLOCK_MAX) {
    napi_throw_range_error(env, NULL, "no such command, or too many bytes");
    return NULL;
  }
  transfer_t values = {
    .exchange = exchange_block, .file = value[0], .address = value[1], .command = value[2], .count = value[3]
  };
  return start(env, values, NULL);
}

static napi_value receive_byte(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[2];
  if (!numbers(env, info, 2, given, value, 2)) return NULL;
  transfer_t values = { .exchange = exchange_byte, .file = value[0], .address = value[1], .count = 1 };
  return start(env, values, NULL);
}

static napi_value write_quick(napi_env env, napi_callback_info info) {
  napi_value given[MOST_ARGUMENTS];
  uint32_t value[2];
  if (!numbers(env, info, 2, given, value, 2)) return NULL;
  transfer_t values = { .exchange = exchange_quick, .file = value[0], .address = value[1], .writes = true };
  return start(env, values, NULL);
}

NAPI_MODULE_INIT() {
  static const call_t calls[] = { { "functions", functions },  { "read", read_bytes },
                                  { "write", write_bytes },    { "readBlock", read_block },
                                  { "receiveByte", receive_byte }, { "writeQuick", write_quick } };
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
