package shell

import "slices"

// gitFlags change nothing about a verb that reads. One flag means the same nearly everywhere; where
// it takes a word in one verb and none in another, the word is left where it stands, so that no
// flag is taken for a value.
var gitFlags = flags(
	// What to show of commits, and which.
	`--oneline --graph --all --decorate? --no-decorate --decorate-refs? --abbrev-commit --no-abbrev-commit --abbrev? --follow --date? --date-order --topo-order
	--author-date-order --relative-date --pretty? --format? --since? --until? --after? --before? --author? --committer? --grep? --all-match --invert-grep
	--regexp-ignore-case --extended-regexp --fixed-strings --perl-regexp --basic-regexp --max-count? --skip? --merges --no-merges --first-parent --reverse --parents
	--children --left-right --left-only --right-only --cherry-pick --cherry-mark --cherry --simplify-by-decoration --full-history --ancestry-path? --boundary
	--branches? --tags? --remotes? --glob? --exclude? --reflog --walk-reflogs --source --notes? --no-notes --show-notes? --mailmap --use-mailmap --no-mailmap
	--encoding? --objects --count? --no-walk? --max-age? --min-age? --min-parents? --max-parents? --simplify-merges --dense --sparse --show-pulls --summary
	--numbered --email --group? --stdin --disk-usage? --in-commit-order --header --timestamp --end-of-options`,
	// What to show of changes.
	`--stat? --numstat --shortstat --name-only --name-status --patch --no-patch --patch-with-stat --patch-with-raw --raw --unified? --minimal --patience --histogram
	--diff-algorithm? --diff-filter? --find-renames? --find-copies? --find-copies-harder --no-renames --rename-empty --ignore-space-change --ignore-all-space
	--ignore-blank-lines --ignore-space-at-eol --ignore-cr-at-eol --ignore-matching-lines? --function-context --inter-hunk-context? --cached --staged --merge-base
	--no-index --check --quiet --exit-code --full-index --binary --dirstat? --cumulative --submodule? --ignore-submodules? --no-ext-diff --no-textconv --no-prefix
	--default-prefix --src-prefix? --dst-prefix? --line-prefix? --relative? --no-relative --text --pickaxe-all --pickaxe-regex --compact-summary --cc
	--diff-merges? --no-diff-merges --combined-all-paths --color? --no-color --color-words? --color-moved? --no-color-moved --word-diff? --word-diff-regex?
	--indent-heuristic --root --no-commit-id --stat-width? --stat-count? --irreversible-delete --ws-error-highlight? --break-rewrites? --expand-tabs?`,
	// What to show of the folder, branches, tags, settings, files and objects.
	`--short? --branch --show-stash --porcelain? --long --verbose --untracked-files? --ignored? --column? --no-column --ahead-behind --no-ahead-behind --renames --null
	--list --contains? --no-contains? --merged? --no-merged? --points-at? --sort? --show-current --ignore-case --omit-empty --get --get-all --get-regexp --get-urlmatch
	--get-color? --global --system --local --worktree --show-origin --show-scope --type? --bool --int --bool-or-int --path --default? --includes --verify
	--abbrev-ref? --show-toplevel --git-dir --absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository
	--is-shallow-repository --symbolic-full-name --symbolic --show-prefix --show-cdup --show-superproject-working-tree --git-path? --show-object-format?
	--others --modified --deleted --stage --unmerged --killed --exclude-standard --error-unmatch --eol --full-name --directory --no-empty-directory
	--object-only --full-tree --heads --refs --symref --get-url --always --dirty? --broken? --match? --exact-match --candidates? --debug --line-porcelain
	--show-name --show-number --show-email --show-stats --score-debug --incremental --ignore-rev? --ignore-revs-file? --batch-check? --batch? --batch-all-objects --unordered
	--line-number --files-with-matches --files-without-match --word-regexp --invert-match --only-matching --heading --break --show-function
	--context? --after-context? --before-context? --and --or --not --untracked --max-depth? --recursive --no-recursive --recurse-submodules --threads?
	--include-untracked --only-untracked --human-readable --full --strict --no-dangling --dangling --unreachable --connectivity-only --no-reflogs
	--progress --no-progress --name-objects --cache --is-ancestor --octopus --fork-point --independent --head --hash? --dereference --exists --exclude-existing?
	--shell --build-options --guides --no-full --no-relative --push --fetch --updated --expire? --max-pack-size? --server-option? --annotate-stdin --undefined`,
	// Of what a dry run would do.
	`--dry-run --force --force-with-lease? --tags --delete --set-upstream --verbose --no-verify --follow-tags --atomic --mirror --prune --directories`,
	`-a -b -c -d -e -f -g -h -i -k -l -m -o -p -q -r -s -t -u -v -w -x -z -E -F -H -I -P -R -T -W -X -Z -D`,
	`-n? -A? -B? -C? -L? -M? -S? -G? -U? --branches?`,
)

// gitKnown are the flags of a verb: those of all, and those with an effect.
func gitKnown(effects map[string]Class) flagSet {
	own := flagSet{}
	for name := range effects {
		own[name] = optional
	}
	return joined(gitFlags, own)
}

// gitSure makes a read unknown by a flag that is not known.
func gitSure(class Class, args []string, known flagSet) Class {
	if at := slices.Index(args, "--"); at >= 0 {
		args = args[:at]
	}
	return onlyKnown(class, args, known)
}
