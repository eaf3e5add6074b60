#!/bin/sh
# Builds the fuzz entry points with clang, libFuzzer, ASan and UBSan, and runs each for a while.
# usage: run.sh SRCDIR SECONDS "CPPFLAGS" "LIBS" FILE... - the files are the library's, of which
# only the .c are taken; run in the build folder. The corpora stay in fuzz/ for the next time.
set -eu
srcdir=$1 seconds=$2 cppflags=$3 libs=$4
shift 4
cc=${FUZZ_CC:-clang}
command -v "$cc" >/dev/null || { echo "fuzz: skipped: there is no $cc"; exit 77; }
sources=
for file; do
	case $file in *.c) sources="$sources $srcdir/$file" ;; esac
done
mkdir -p fuzz/seeds
for entry in ${FUZZ:-"$srcdir"/tests/fuzz/fuzz_*.c}; do
	name=$(basename "$entry" .c)
	# shellcheck disable=SC2086 # lists of words on purpose
	"$cc" -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$cppflags -I. -I"$srcdir" "$srcdir/tests/fuzz/$name.c" $sources -o "fuzz/$name" $libs
	tests/fuzz/replay_key --seeds fuzz/seeds
	mkdir -p "fuzz/$name.corpus"
	# documents are no text: an entry point with seeds of its own brings them
	if [ "$name" = fuzz_structure ] && [ -x tests/fuzz/replay_structure ]; then
		tests/fuzz/replay_structure --seeds "fuzz/$name.corpus"
	fi
	echo "fuzz: $name for $seconds s"
	"fuzz/$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 \
		-verbosity=0 "fuzz/$name.corpus" fuzz/seeds
done
