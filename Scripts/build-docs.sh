#!/usr/bin/env bash
# Builds the API documentation of the libraries into .build/docs, without network and without a plugin.
#
# Fails when a link is broken or a public declaration has no doc comment. In a doc comment of SEM, a symbol of another
# module is linked by its full path: ``/SEMNumerics/Matrix``.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=()           # lower modules first: later ones may link into them
for module in SEMNumerics SEM SEMStudy SEMReport; do
  [[ ! -d Sources/$module ]] || modules+=("$module")
done

output=.build/docs
work=.build/docs-work
graphs=$(swift build --show-bin-path)/../symbolgraph
docc=docc
command -v docc >/dev/null || docc="xcrun docc"
rm -rf "$output" "$work" "$graphs"
mkdir -p "$work"

echo "docs: extracting symbols"
swift package dump-symbol-graph --minimum-access-level public --skip-synthesized-members >"$work/symbols.log" 2>&1 \
  || { cat "$work/symbols.log" >&2; exit 1; }

archives=()
dependencies=()
for module in "${modules[@]}"; do
  mkdir "$work/$module"
  find "$graphs" \( -name "$module.symbols.json" -o -name "$module@*.symbols.json" \) -exec cp {} "$work/$module" \;
  catalog=()
  [[ ! -d Sources/$module/$module.docc ]] || catalog=("Sources/$module/$module.docc")
  echo "docs: $module"
  $docc convert ${catalog[@]+"${catalog[@]}"} --additional-symbol-graph-dir "$work/$module" --warnings-as-errors \
    --fallback-display-name "$module" --fallback-bundle-identifier "$module" \
    --enable-experimental-external-link-support ${dependencies[@]+"${dependencies[@]}"} \
    --output-path "$work/$module.doccarchive" | sed '/^$/d'
  archives+=("$work/$module.doccarchive")
  dependencies+=(--dependency "$work/$module.doccarchive")
done

Scripts/check-documentation.py "${modules[@]/#/$work/}"

$docc merge "${archives[@]}" --synthesized-landing-page-name swift-sem --output-path "$output"
echo "docs: built $output; look at it with 'python3 -m http.server --directory $output'"
