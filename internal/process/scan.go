package process

import (
	"bytes"
	"os"
	"strconv"
)

// Descendants returns the living processes below root, root itself not included. A process whose parent has died belongs to its nearest subreaper (or to
// init) and is found only when that is root or below it; Marked finds the others.
func Descendants(root ID) []ID {
	if root.PID != os.Getpid() && !root.Alive() {
		return nil
	}
	children := map[int][]stat{}
	for _, st := range table() {
		children[st.parent] = append(children[st.parent], st)
	}
	var found []ID
	for queue := []int{root.PID}; len(queue) > 0; queue = queue[1:] {
		for _, st := range children[queue[0]] {
			if !st.dead() {
				found = append(found, st.id)
			}
			queue = append(queue, st.id.PID)
		}
	}
	return found
}

// Marked returns the living processes that were started with key=value in their environment, wherever in the tree they are now. Processes whose environment may
// not be read by this user are not found; the caller itself is left out.
func Marked(key, value string) []ID {
	mark := []byte(key + "=" + value)
	var found []ID
	for _, st := range table() {
		if st.dead() || st.id.PID == os.Getpid() {
			continue
		}
		raw, err := os.ReadFile("/proc/" + strconv.Itoa(st.id.PID) + "/environ")
		if err != nil {
			continue
		}
		for entry := range bytes.SplitSeq(raw, []byte{0}) {
			if bytes.Equal(entry, mark) {
				found = append(found, st.id)
				break
			}
		}
	}
	return found
}

// Tree returns a function that finds root and everything below it, for EndTree. It remembers what it has seen: a process whose parent ended in the meantime belongs
// to somebody else by then, but is still found.
func Tree(root ID) func() []ID {
	seen := map[ID]bool{root: true}
	return func() []ID {
		var found []ID
		for id := range seen {
			if !id.Alive() {
				continue
			}
			found = append(found, id)
			for _, below := range Descendants(id) {
				if !seen[below] {
					found = append(found, below)
				}
			}
		}
		for _, id := range found {
			seen[id] = true
		}
		return found
	}
}

// table reads every process of the machine. Those that end while it looks are left out.
func table() []stat {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close() // read only
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var all []stat
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if st, err := readStat(pid); err == nil {
			all = append(all, st)
		}
	}
	return all
}
