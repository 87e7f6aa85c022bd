#!/usr/bin/env bash
# Draws the pictures of Docs/Guide/Diagrams.md anew: Scripts/draw-diagrams.sh [COMMAND], by default the built swift-sem.
set -euo pipefail
cd "$(dirname "$0")/.."
sem=${1:-$(swift build --show-bin-path)/swift-sem}
# The commands are those of the guide: every line that begins with "$ swift-sem diagram".
sed -n 's/^\$ swift-sem diagram //p' Docs/Guide/Diagrams.md | while IFS= read -r arguments; do
  echo "swift-sem diagram $arguments"
  eval "\"$sem\" diagram $arguments"
done
