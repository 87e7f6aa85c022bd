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
rm -rf "$output" "$work"
mkdir -p "$work"

docc=(docc)
sdk=()
if [[ $(uname -s) == Darwin ]]; then
  docc=(xcrun docc)
  sdk=(-sdk "$(xcrun --show-sdk-path)")
fi

echo "docs: building the modules"
swift build >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
built=$(swift build --show-bin-path)
triple=$(swiftc -print-target-info | sed -n 's/^ *"triple": "\(.*\)".*/\1/p' | head -n 1)

extract_symbols() {  # extract_symbols MODULE FOLDER
  swift symbolgraph-extract -module-name "$1" -output-dir "$2" -target "$triple" ${sdk[@]+"${sdk[@]}"} \
    -I "$built/Modules" -Xcc "-fmodule-map-file=$built/CLinearAlgebra.build/module.modulemap" \
    -Xcc -ISources/CLinearAlgebra/include -I Sources/CYAML -module-cache-path "$built/ModuleCache" \
    -minimum-access-level public -skip-synthesized-members
}

archives=()
dependencies=()
for module in "${modules[@]}"; do
  echo "docs: $module"
  mkdir "$work/$module"
  extract_symbols "$module" "$work/$module"
  catalog=()
  [[ ! -d Sources/$module/$module.docc ]] || catalog=("Sources/$module/$module.docc")
  "${docc[@]}" convert ${catalog[@]+"${catalog[@]}"} --additional-symbol-graph-dir "$work/$module" --warnings-as-errors \
    --fallback-display-name "$module" --fallback-bundle-identifier "$module" \
    --enable-experimental-external-link-support ${dependencies[@]+"${dependencies[@]}"} \
    --output-path "$work/$module.doccarchive" | sed '/^$/d'
  archives+=("$work/$module.doccarchive")
  dependencies+=(--dependency "$work/$module.doccarchive")
done

Scripts/check-documentation.py "${modules[@]/#/$work/}"

"${docc[@]}" merge "${archives[@]}" --synthesized-landing-page-name swift-sem --output-path "$output"
echo "docs: built $output; look at it with 'python3 -m http.server --directory $output'"
