package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

const password = "correct horse battery staple"

// admin is Ana, who sets Wardroom up; the first promise that needs her makes her.
const admin = "ana"

var setUp sync.Once

// signIn opens a window for Ana and signs in; she is made on the way when she is not there
// yet.
func signIn(t *testing.T) *tab {
	t.Helper()
	setUp.Do(func() { createAna(t) })
	w := newTab(t, admin)
	w.open("/login")
	w.fill("input[name=name]", admin)
	w.fill("input[name=password]", password)
	w.press("main", "Sign in")
	w.sees("Active incidents")
	return w
}

func createAna(t *testing.T) {
	t.Helper()
	w := newTab(t, admin)
	defer w.close()
	w.open(world.setup)
	w.sees("Create the first account")
	w.fill("input[name=name]", admin)
	w.fill("input[name=display_name]", "Ana")
	w.fill("input[name=password]", password)
	w.press("main", "Create account")
	w.sees("Active incidents")
}

// invite lets a new person in with a role, through the link that the page shows once.
func invite(t *testing.T, ana *tab, name, role string) *tab {
	t.Helper()
	ana.open("/settings/users")
	ana.fill("input[name=name]", name)
	ana.until("role", fmt.Sprintf(`(s => (s.value = %s, true))(document.querySelector("form[action='/settings/users/invite'] [name=role]"))`, quote(role)))
	ana.press("form[action='/settings/users/invite']", "Make a link")
	ana.until("link", `document.querySelector("[data-select], .fresh input, input[readonly]")?.value.includes("/invite/")`)
	link := ana.value("[data-select], .fresh input, input[readonly]")
	w := newTab(t, name)
	w.open(link)
	w.fill("input[name=display_name]", strings.ToUpper(name[:1])+name[1:])
	w.fill("input[name=password]", password)
	w.press("main", "Create account")
	w.sees("Active incidents")
	return w
}
