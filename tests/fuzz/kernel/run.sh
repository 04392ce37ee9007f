#!/bin/sh
# Fuzz the kernel (README.md): FUZZ_SECONDS for each target, FUZZ names some of the targets.
set -eu
cd "$(dirname "$0")/../../.."
here=tests/fuzz/kernel build=build/fuzz work=fuzzing/kernel
seconds=${FUZZ_SECONDS:-60}
targets=${FUZZ:-$(cd $here && ls *.c | sed 's/\.c$//' | grep -vx driver)}
flags="-std=c11 -g -O1 -Wall -Wextra -Wno-unused-function -Wno-unknown-pragmas -fno-omit-frame-pointer
  -fsanitize=address,undefined -fno-sanitize-recover=undefined -I$here/stub -Icorpusfmt/csrc"
mkdir -p $build $work
if [ -z "${CC:-}" ]; then
  CC=$(command -v clang || command -v gcc || echo cc)
fi
if echo 'int LLVMFuzzerTestOneInput(void *d, unsigned long n) { return !d && n; }' |
  $CC -fsanitize=fuzzer,address,undefined -x c - -o $build/probe 2>/dev/null; then
  guided=-fsanitize=fuzzer
else
  guided=
  $CC -std=c11 -O2 -Wall -Wextra -c $here/driver.c -o $build/driver.o
fi

for target in $targets; do
  corpus=$work/$target/corpus found=$work/$target/found
  mkdir -p "$corpus" "$found"
  echo "== $target: $CC${guided:+, libFuzzer}, $seconds seconds"
  if [ "$guided" ]; then
    $CC $flags $guided "$here/$target.c" -o "$build/$target"
    "$build/$target" -max_total_time="$seconds" -timeout=10 -max_len=4096 -dict=$here/fragments.dict -verbosity=0 \
      -print_final_stats=1 -artifact_prefix="$found/" "$corpus" $here/examples seeds tests/data
  else
    $CC $flags -fsanitize-coverage=trace-pc "$here/$target.c" $build/driver.o -o "$build/$target"
    "$build/$target" "$seconds" $here/fragments.dict "$found/input" "$corpus" $here/examples seeds tests/data
  fi
done
