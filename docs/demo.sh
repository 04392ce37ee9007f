#!/bin/sh
# Converts the samples in seeds/ there and back, and shows what came out. Run by `make demo`.
set -eu
cd "$(dirname "$0")/.."
rm -rf demo && mkdir demo

show() { printf '\n%s\n' "$*"; }
run() { printf '\n$ %s\n' "$*"; "$@"; }
# The beginnings of long lines, cut between characters.
clip() { PYTHONUTF8=1 python -c 'import sys; [print(line[:107] + "..." if len(line) > 111 else line.rstrip()) for line in sys.stdin]'; }

show "1. A scraped news document, as it stands in seeds/news.seed:"
sed -n '2,8p' seeds/news.seed | clip

show "2. The same document in JSON Lines:"
run corpusfmt convert seeds -o demo/corpus.jsonl -q
grep -m 1 ledger-20210915-01 demo/corpus.jsonl | clip
echo "... with its metadata:"
grep -m 1 ledger-20210915-01 demo/corpus.jsonl | grep -o '"meta":.*' | clip

show "3. To a web archive, to TEI and back to seed files; nothing may be lost on the way:"
run corpusfmt convert seeds -o demo/corpus.warc.gz --receipt demo/receipt.json
run corpusfmt convert demo/corpus.warc.gz -o demo/corpus.xml
run corpusfmt convert demo/corpus.xml -o demo/back.seed
run corpusfmt convert demo/back.seed -o demo/again.jsonl

show "4. The proof: every document is compared, and files are checked against the receipt."
run corpusfmt diff seeds demo/corpus.xml
run corpusfmt verify demo/receipt.json
cmp demo/corpus.jsonl demo/again.jsonl
echo "demo/corpus.jsonl and demo/again.jsonl are equal, byte for byte"
run corpusfmt validate seeds demo/corpus.jsonl demo/corpus.warc.gz demo/corpus.xml

show "5. A broken file: what is wrong, and where."
printf '\n$ corpusfmt validate tests/data/broken.seed\n'
corpusfmt validate -q tests/data/broken.seed > demo/findings.txt 2>&1 && exit 1
clip < demo/findings.txt | awk '!NF { found++ } found == 5 { exit } { print }'
echo "... ($(grep -c '^tests/data/broken.seed:' demo/findings.txt) findings in all: demo/findings.txt)"
