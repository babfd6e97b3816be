// The lines that the driver probe writes, one write() each, without the C library's streams (see probe.c).
#pragma once

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

enum { no_answer = -0x7fffffff };  // what an output holds before the call

static int result_fd;
static char line[2048];
static size_t line_length;

static void add_char(char c) {
  // Text of a library may hold anything; a line stays one line, and the last byte is kept for its end.
  if ((unsigned char)c < 0x20 || c == 0x7f) c = ' ';
  if (line_length < sizeof line - 1) line[line_length++] = c;
}

static void add(const char* text) {
  while (*text) add_char(*text++);
}

static void add_number(unsigned long long value) {
  char digits[24];
  size_t n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while (value /= 10);
  while (n) add_char(digits[--n]);
}

static void add_code(int code) {
  if (code < 0) add("-");
  add_number(code < 0 ? 0ull - (unsigned long long)code : (unsigned long long)code);
}

static void end_line(void) {
  line[line_length++] = '\n';
  for (size_t written = 0; written < line_length;) {
    ssize_t n = write(result_fd, line + written, line_length - written);
    if (n > 0) written += (size_t)n;
    else if (n < 0 && errno == EINTR) continue;
    else _exit(3);  // nobody listens any more
  }
  line_length = 0;
}

static void step(const char* name, const char* detail) {
  add("step ");
  add(name);
  if (detail) {
    add(" ");
    add(detail);
  }
  end_line();
}

static void step_device(const char* function, int index) {
  add("step ");
  add(function);
  add(" ");
  add_code(index);
  end_line();
}

static void fact(const char* key, const char* value) {
  add("fact ");
  add(key);
  add(" ");
  add(value);
  end_line();
}

static void fact_code(const char* function, int code) {
  add("fact ");
  add(function);
  add(" ");
  add_code(code);
  end_line();
}

// "fact cuDeviceGetCount 0 2"; the value only where the call gave one.
static void fact_answer(const char* function, int code, int value) {
  add("fact ");
  add(function);
  add(" ");
  add_code(code);
  if (code == 0 && value != no_answer) {
    add(" ");
    add_code(value);
  }
  end_line();
}

static void begin_item(const char* list, int index, const char* field) {
  add("fact ");
  add(list);
  add(".");
  add_code(index);
  add(".");
  add(field);
  add(" ");
}

static void item_text(const char* list, int index, const char* field, const char* value) {
  begin_item(list, index, field);
  add(value);
  end_line();
}

static void item_error(const char* list, int index, const char* function, int code) {
  begin_item(list, index, "error");
  add(function);
  add(" ");
  add_code(code);
  end_line();
}
