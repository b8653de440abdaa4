package shell

import (
	"maps"
	"slices"
)

// onlyKnown makes a read unknown by a flag that is not listed, for the programs that are only
// copied and whose table is no text: a flag may write a file or start a program.
func onlyKnown(class Class, args []string, list flagSet) Class {
	if class.Risk != Read {
		return class
	}
	args = slices.DeleteFunc(slices.Clone(args), numericFlag.MatchString)
	if _, unlisted := list.take(args, false); unlisted != "" {
		return class.worst(unlistedFlag(unlisted))
	}
	return class
}

func joined(a, b flagSet) flagSet {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
