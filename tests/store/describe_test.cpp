#include "model/describe.h"

#include <gtest/gtest.h>

#include <set>

#include "store/report_fields.h"

namespace gpuwhy {
namespace {

// How many members an aggregate has: as many as it can be initialised with.
struct Anything {
  template <class T>
  operator T() const;  // NOLINT: only ever named, never called
};

template <class S, class... Members>
constexpr std::size_t count_members(Members... members) {
  if constexpr (requires { S{members..., Anything{}}; }) return count_members<S>(members..., Anything{});
  else return sizeof...(members);
}

class Counter {
 public:
  void operator()(Field field, auto&) {
    ++count;
    names.insert(std::string(field.name));
  }
  std::size_t count = 0;
  std::set<std::string> names;
};

template <class S>
class FieldList : public ::testing::Test {};

using Structs =
    ::testing::Types<Evidence, Host, PciBar, PciFunction, PciBus, ModuleFile, DkmsState, DriverPackage, KernelModule, DeviceNode,
                     DeviceNodes, Platform, CudaDevice, DriverAnswers, Package, FrameworkBuild, PythonEnvironment, Candidate,
                     SearchedFolder, CacheEntry, LoaderSettings, LibraryTable, Meta, Unread, Snapshot, Tried, ModuleGpu, KernelLogLine,
                     KernelLog, CdiSpec, ContainerTools, NvmlProcess, MigDevice, NvmlDevice, RecordFault, CodeGroup, CodeLibrary,
                     FrameworkPart, StartupCode, CompilerFile, MappedFile, ObservedProcess, Effect, Resolution, Gate, Call, Prediction,
                     Remedy, Finding, RankedFinding, Rung, ReportGpu, MachineSummary, OtherEnvironment, NextCheck, NotTold, Report>;
TYPED_TEST_SUITE(FieldList, Structs);

TYPED_TEST(FieldList, names_every_member_once) {
  TypeParam section{};
  Counter counter;
  for_each_field(counter, section);
  EXPECT_EQ(counter.count, count_members<TypeParam>()) << "a member has no line in describe()";
  EXPECT_EQ(counter.names.size(), counter.count) << "two members have the same name";
}

struct NotDescribed {
  int member = 0;
};
static_assert(Described<Host> && Described<const Host>);
static_assert(!Described<NotDescribed> && !Described<std::string>);

TEST(EnumWords, cover_every_enumerator) {
  EXPECT_EQ(enum_words<Source>[static_cast<std::size_t>(Source::package)], "package");
  EXPECT_EQ(enum_words<Why>[static_cast<std::size_t>(Why::malformed)], "malformed");
  EXPECT_EQ(enum_words<CandidateState>[static_cast<std::size_t>(CandidateState::folder)], "folder");
  EXPECT_EQ(enum_words<FrameworkKind>[static_cast<std::size_t>(FrameworkKind::cupy)], "cupy");
  EXPECT_EQ(enum_words<Accelerator>[static_cast<std::size_t>(Accelerator::unknown)], "unknown");
}

}  // namespace
}  // namespace gpuwhy
