/* Private tables that a CUDA runtime asks the driver for (cuGetExportTable) before it lists devices. A table is an array: its size in
 * bytes, then functions. Only the few slots that listing needs do anything, every other one is written down and says "not supported". The
 * identifiers and the slots come from public notes on driver interoperability.
 *
 * One table is left out ON PURPOSE: d4082055..., by which a runtime tests that the driver is the vendor's own. It asks for it last, after
 * it has walked all devices, so the double only notes that listing is over. Do not add an answer to it. */

enum { TABLE_SLOTS = 16 };

static int unused_slot(void) {
  note("a slot of a private table", __builtin_return_address(0));
  return NOT_SUPPORTED;
}

#define SIZE_OF_SLOTS(count) ((void*)(uintptr_t)(8 * (count)))
#define UNUSED ((void*)unused_slot)

/* runtime interface: slot 2 hands out a device's primary context, slot 12 says that the compilers are ready */
static int slot_primary_context(void** context, int device) {
  ASKED_OF(device);
  primary_contexts[device].device = device;
  *context = &primary_contexts[device];
  return SUCCESS;
}

static int slot_compilers_ready(void) { return SUCCESS; }

static void* runtime_interface[TABLE_SLOTS] = {
    SIZE_OF_SLOTS(13),          UNUSED, (void*)slot_primary_context, UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, UNUSED,
    (void*)slot_compilers_ready};

/* tools hooks: two zeroed areas mean that no tool is attached */
static char tools_area[4096];
static char tools_small_area[64];

static void slot_tools_area(void** area, size_t* size) {
  *area = tools_area;
  *size = 1024;
}

static void slot_tools_small_area(void** area, size_t* size) {
  *area = tools_small_area;
  *size = 14;
}

static void* tools_hooks[TABLE_SLOTS] = {SIZE_OF_SLOTS(7), UNUSED, (void*)slot_tools_area,      UNUSED,
                                         UNUSED,           UNUSED, (void*)slot_tools_small_area};

/* these must exist, and nobody calls into them while devices are listed */
static void* tools_thread_storage[TABLE_SLOTS] = {SIZE_OF_SLOTS(4), UNUSED, UNUSED, UNUSED};
static void* since_runtime_13_5[TABLE_SLOTS] = {SIZE_OF_SLOTS(16),
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED,
                                                UNUSED};

/* values kept per context and key; this table has no size field */
enum { KEPT_VALUES = 256 };
static struct {
  void* context;
  void* key;
  void* value;
} kept[KEPT_VALUES];

static int find_kept(void* context, void* key) {
  for (int i = 0; i < KEPT_VALUES; i++)
    if (kept[i].context == context && kept[i].key == key) return i;
  return -1;
}

static int slot_put(void* context, void* key, void* value, void* destructor) {
  (void)destructor;
  if (!context) context = current_context;
  int place = find_kept(context, key);
  if (place < 0) place = find_kept(NULL, NULL);
  if (place < 0) return OUT_OF_MEMORY;
  kept[place].context = context;
  kept[place].key = key;
  kept[place].value = value;
  return SUCCESS;
}

static int slot_delete(void* context, void* key) {
  int place = find_kept(context ? context : current_context, key);
  if (place < 0) return INVALID_VALUE;
  kept[place].value = NULL;
  return SUCCESS;
}

static int slot_get(void** value, void* context, void* key) {
  int place = find_kept(context ? context : current_context, key);
  if (place < 0 || !kept[place].value) return NOT_FOUND;
  *value = kept[place].value;
  return SUCCESS;
}

static void* context_storage[] = {(void*)slot_put, (void*)slot_delete, (void*)slot_get, NULL};

/* context checks: nothing to report */
static int slot_check(void* context, unsigned* result, const void** detail) {
  (void)context;
  if (result) *result = 0;
  if (detail) *detail = NULL;
  return SUCCESS;
}

static unsigned slot_check_flags(void) { return 0; }

static void* context_checks[TABLE_SLOTS] = {SIZE_OF_SLOTS(4), UNUSED, (void*)slot_check, (void*)slot_check_flags};

static const struct {
  const char* identifier;
  void** table;
} private_tables[] = {
    {"6bd5fb6c5bf4e74a8987d93912fd9df9", runtime_interface},    {"a094798c2e742e7493f20800200c0a66", tools_hooks},
    {"42d85a8123f6cb478298f6e78a3aecdc", tools_thread_storage}, {"c693336e1121df11a8c368f355d89593", context_storage},
    {"263e88607cd2614392f6bbd5006dfa7e", context_checks},       {"21318c60971432488ca641ff7324c8f2", since_runtime_13_5},
};

static void identifier_text(const unsigned char* bytes, char* text) {
  for (int i = 0; i < 16; i++) sprintf(text + 2 * i, "%02x", bytes[i]);
}

EXPORTED int cuGetExportTable(const void** table, const unsigned char* identifier) {
  char text[33];
  identifier_text(identifier, text);
  note(text, __builtin_return_address(0));
  if (!strncmp(text, "d4082055", 8)) double_listing_is_over = 1;
  for (size_t i = 0; i < sizeof private_tables / sizeof *private_tables; i++) {
    if (strcmp(private_tables[i].identifier, text)) continue;
    *table = private_tables[i].table;
    return SUCCESS;
  }
  *table = NULL;
  return NOT_FOUND;
}
