#include "evidence/readers/library_words.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace gpuwhy {

namespace {

// glibc's translations are those of its message catalogues; capitals beyond ASCII are given in both forms where they occur.
constexpr std::string_view after[] = {
    "cannot open shared object file",
    "can not open shared object file",
    "no such file or directory",
    "image not found",
    "not found",
    "is not found",
    "was not found",
    "were not found",
    "could not be found",
    "cannot be found",
    "can not be found",
    "could not be loaded",
    "cannot be loaded",
    "is missing",
    "which is missing",
    "does not exist",
    "failed to open",
    "failed to load",
    "missing",
    // German
    "kann die shared-object-datei nicht öffnen",
    "kann shared-object-datei nicht öffnen",
    "kann die shared object-datei nicht öffnen",
    "kann shared object-datei nicht öffnen",
    "datei oder verzeichnis nicht gefunden",
    "nicht gefunden",
    "wurde nicht gefunden",
    "konnte nicht gefunden",
    "nicht gefunden wurde",
    "konnte nicht geladen",
    // French
    "ne peut ouvrir le fichier d'objet partagé",
    "ne peut ouvrir le fichier de l'objet partagé",
    "impossible d'ouvrir le fichier d'objet partagé",
    "impossible d'ouvrir le fichier de l'objet partagé",
    "aucun fichier ou dossier de ce type",
    "introuvable",
    "est introuvable",
    "n'a pas été trouvé",
    "non trouvé",
    // Spanish, Portuguese, Italian
    "no se puede abrir el",
    "no se encontró",
    "no se ha encontrado",
    "no encontrado",
    "não foi possível abrir",
    "não é possível abrir",
    "não pode abrir",
    "não foi encontrado",
    "impossibile aprire",
    "non trovato",
    "non è stato trovato",
    // Japanese, Chinese, Korean
    "共有オブジェクトファイルを開けません",
    "が見つかりません",
    "が見つからない",
    "见つかりません",
    "无法打开共享对象文件",
    "无法打开共享目标文件",
    "没有那个文件或目录",
    "未找到",
    "找不到",
    "無法開啟共享",
    "無法開啟共用",
    "沒有此一檔案或目錄",
    "공유 오브젝트 파일을 열 수 없",
    "공유 목적 파일을 열 수 없",
    // Russian, Ukrainian, Polish, Czech, Turkish, Dutch
    "невозможно открыть разделяемый объектный файл",
    "не удается открыть",
    "не удаётся открыть",
    "невозможно открыть",
    "не найден",
    "не вдалося відкрити",
    "nie można otworzyć",
    "nie znaleziono",
    "nelze otevřít",
    "paylaşılan nesne dosyası",
    "bulunamadı",
    "kan gedeeld objectbestand niet openen",
    "niet gevonden",
};

constexpr std::string_view before[] = {
    "could not load dynamic library",
    "couldn't open cuda library",
    "could not dlopen library",
    "could not dlopen",
    "could not load library",
    "could not load",
    "could not locate",
    "could not find",
    "could not find module",
    "could not open",
    "unable to load",
    "unable to load any of",
    "unable to dlopen",
    "unable to open",
    "unable to find",
    "unable to locate",
    "failed to load",
    "failed to open",
    "failed to dlopen",
    "failed to find",
    "failed to load library",
    "failed to load shared library",
    "cannot find",
    "can't find",
    "can not find",
    "cannot load",
    "can't load",
    "can not load",
    "couldn't find",
    "couldn't load",
    "couldn't open",
    "cannot open",
    "can't open",
    "can not open",
    "cannot load library",
    "library not loaded:",
    "library not loaded: @rpath",
    "error loading shared library",
    "error opening",
    "missing library",
    "loading failed:",
    "cannot locate",
    "no library called",
    "cannot preload",
    "找不到",
    "无法加载",
    "未找到",
    "無法載入",
    "could not dynamically load",
};

// Behind "Could not load ..." these stand between the words and the name.
constexpr std::string_view fillers[] = {"the",  "library", "dll",    "file", "dynamic", "shared", "module",
                                        "cuda", "nvidia",  "object", "a",    "any of",  "@rpath"};

struct Damage {
  std::string_view words, what;
};
constexpr Damage damages[] = {
    {"file too short", "file too short"},
    {"datei ist zu kurz", "file too short"},
    {"datei zu kurz", "file too short"},
    {"fichier trop court", "file too short"},
    {"demasiado corto", "file too short"},
    {"файл слишком короткий", "file too short"},
    {"ファイルが短すぎます", "file too short"},
    {"文件过短", "file too short"},
    {"文件太短", "file too short"},
    {"檔案過短", "file too short"},
    {"invalid elf header", "invalid ELF header"},
    {"ungültiger elf-header", "invalid ELF header"},
    {"ungültiger elf header", "invalid ELF header"},
    {"en-tête elf invalide", "invalid ELF header"},
    {"en-tête elf incorrect", "invalid ELF header"},
    {"cabecera elf inválida", "invalid ELF header"},
    {"cabecera elf no válida", "invalid ELF header"},
    {"неверный заголовок elf", "invalid ELF header"},
    {"недопустимый elf-заголовок", "invalid ELF header"},
    {"不正な elf ヘッダ", "invalid ELF header"},
    {"无效的 elf 头", "invalid ELF header"},
    {"无效的 elf 文件头", "invalid ELF header"},
    {"elf 頭無效", "invalid ELF header"},
    {"wrong elf class", "wrong ELF class"},
    {"falsche elf-klasse", "wrong ELF class"},
    {"mauvaise classe elf", "wrong ELF class"},
    {"错误的 elf 类", "wrong ELF class"},
    {"cannot read file data", "cannot read file data"},
    {"elf load command past end of file", "cut short"},
    {"elf load command address/offset not", "damaged ELF header"},
    {"elf file's phentsize not the expected size", "damaged ELF header"},
    {"elf file data encoding not", "damaged ELF header"},
    {"only et_dyn and et_exec can be loaded", "damaged ELF header"},
    {"is truncated", "cut short"},
    {"is empty, not checked", "empty"},
    {"object file has no dynamic section", "damaged ELF header"},
    {"object file has no loadable segments", "damaged ELF header"},
    {"is not a valid win32 application", "no library of this system"},
    {"ist keine zulässige win32-anwendung", "no library of this system"},
    {"n'est pas une application win32 valide", "no library of this system"},
    {"不是有效的 win32 应用程序", "no library of this system"},
};

constexpr std::string_view undefined_symbols[] = {
    "undefined symbol:",     "undefiniertes symbol:",  "symbole non défini :",   "symbole non défini:",
    "symbole indéfini:",     "símbolo no definido:",   "símbolo sin definir:",   "simbolo non definito:",
    "símbolo não definido:", "未定義シンボル:",        "未定义的符号:",          "未定义符号:",
    "未定義的符號:",         "неопределённый символ:", "неопределенный символ:", "정의되지 않은 심볼:",
};

constexpr std::string_view not_found[] = {
    "not found",           "nicht gefunden", "non trouvé",  "introuvable",    "no se encuentra", "no encontrada", "no encontrado",
    "not defined in file", "não encontrada", "non trovata", "見つかりません", "见つかりません",  "未找到",        "找不到",
    "не найден",           "nie znaleziono", "찾을 수 없",
};

std::string_view skip_marks(std::string_view text) {
  constexpr std::string_view marks[] = {" ", "\t", "'", "\"", "`", ":",  "=>", ")",  "]",  "}",  ",",
                                        "»", "”",  "’", "“",  "«", "（", "）", "：", "，", "\\n"};
  for (bool skipped = true; skipped;) {
    skipped = false;
    for (std::string_view mark : marks)
      if (text.starts_with(mark)) text.remove_prefix(mark.size()), skipped = true;
  }
  return text;
}

std::string_view drop_marks(std::string_view text) {
  constexpr std::string_view marks[] = {" ", "\t", "'", "\"", "`", ":", "(", "[", "{", "/", "»", "”", "’", "“", "«", "‘", "\\"};
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (std::string_view mark : marks)
      if (text.ends_with(mark)) text.remove_suffix(mark.size()), dropped = true;
  }
  return text;
}

}  // namespace

bool says_missing_after(std::string_view lower_tail) {
  std::string_view tail = skip_marks(lower_tail.substr(0, 200));
  return std::ranges::any_of(after, [&](std::string_view words) { return tail.starts_with(words); });
}

bool says_missing_before(std::string_view lower_head) {
  if (lower_head.size() > 100) lower_head.remove_prefix(lower_head.size() - 100);
  std::string_view head = drop_marks(lower_head);
  for (int round = 0; round < 4; ++round) {
    if (std::ranges::any_of(before, [&](std::string_view words) {
          return head.ends_with(words.ends_with(':') ? words.substr(0, words.size() - 1) : words);
        }))
      return true;
    auto filler = std::ranges::find_if(fillers, [&](std::string_view word) {
      return head.ends_with(word) && head.size() > word.size() && head[head.size() - word.size() - 1] == ' ';
    });
    if (filler == std::end(fillers)) return false;
    head = drop_marks(head.substr(0, head.size() - filler->size()));
  }
  return false;
}

std::string_view find_damage(std::string_view lower_line) {
  for (const Damage& damage : damages)
    if (lower_line.contains(damage.words)) return damage.what;
  return {};
}

bool says_undefined_symbol(std::string_view lower_line, std::size_t& end) {
  for (std::string_view words : undefined_symbols)
    if (std::size_t at = lower_line.find(words); at != std::string_view::npos) {
      end = at + words.size();
      return true;
    }
  return false;
}

bool says_not_found(std::string_view lower_line) {
  return std::ranges::any_of(not_found, [&](std::string_view words) { return lower_line.contains(words); });
}

}  // namespace gpuwhy
