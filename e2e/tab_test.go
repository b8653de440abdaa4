package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a tab waits for what must happen.
const patience = 60 * time.Second

// tab is one person's browser window with cookies of its own. Whatever the browser
// complains about on its console fails the test: scripts, CSP violations, lost requests.
type tab struct {
	t    *testing.T
	ctx  context.Context
	name string

	close func() // checks the console once more; the test does it at its end

	mu       sync.Mutex
	problems []string
	expected []string // complaints that the test causes on purpose
}

func newTab(t *testing.T, name string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(world.browser, chromedp.WithNewBrowserContext())
	w := &tab{t: t, ctx: ctx, name: name}
	console := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for message, err := range console {
			if err != nil {
				return
			}
			if message.Type == "error" || message.IsException() {
				w.mu.Lock()
				w.problems = append(w.problems, message.String())
				w.mu.Unlock()
			}
		}
	})
	w.close = sync.OnceFunc(func() {
		w.noComplaints()
		cancel()
		listening.Wait()
	})
	t.Cleanup(w.close)
	w.size(1440, 900)
	return w
}

// expect makes complaints with this text part of the test.
func (w *tab) expect(text string) { w.expected = append(w.expected, text) }

func (w *tab) noComplaints() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
complaints:
	for _, problem := range w.problems {
		for _, text := range w.expected {
			if strings.Contains(problem, text) {
				continue complaints
			}
		}
		w.t.Errorf("%s's browser: %s", w.name, problem)
	}
	w.problems = nil
}

func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%s: %v\n%s", w.name, err, w.picture("failed"))
	}
}

func (w *tab) size(width, height int64) { w.t.Helper(); w.do(chromedp.EmulateViewport(width, height)) }

func (w *tab) open(path string) {
	w.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = world.stack.URL + path
	}
	w.do(chromedp.Navigate(path))
}

// is evaluates a condition; a page that is just being replaced is "not yet".
func (w *tab) is(condition string) bool {
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
	return err == nil && ok
}

// until waits for a condition in the page.
func (w *tab) until(what, condition string) {
	w.t.Helper()
	eventually(w.t, w.name+": "+what, func() bool { return w.is(condition) }, func() string { return w.picture("failed") })
}

// sees waits until the text is visible on the page.
func (w *tab) sees(text string) {
	w.t.Helper()
	w.until("sees "+text, fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").includes(%s)`, quote(text)))
}

// within waits until the text stands in the element.
func (w *tab) within(selector, text string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%q in %s", text, selector), fmt.Sprintf(
		`[...document.querySelectorAll(%s)].some(e => e.innerText.replace(/\s+/g, " ").includes(%s))`, quote(selector), quote(text),
	))
}

// press clicks the first visible button or link with this text below the selector; as with
// a real click, the focus goes there.
func (w *tab) press(selector, text string) {
	w.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%s)].flatMap(r => [...r.querySelectorAll("button, a, summary")])
		.find(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.innerText.replace(/\s+/g, " ").trim().startsWith(%s))`, quote(selector), quote(text))
	w.until(fmt.Sprintf("button %q in %s", text, selector), find)
	if !w.is(fmt.Sprintf(`(e => { e.scrollIntoView({block: "center"}); e.focus({preventScroll: true}); e.click(); return true })(%s)`, find)) {
		w.until("pressed "+text, "false")
	}
}

// fill types into a field.
func (w *tab) fill(selector, text string) {
	w.t.Helper()
	w.until("field "+selector, fmt.Sprintf(`(e => e && (e.focus(), e.select(), true))(document.querySelector(%s))`, quote(selector)))
	w.do(chromedp.KeyEvent(text))
}

// text is what an element says.
func (w *tab) text(selector string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%s)?.innerText ?? ""`, quote(selector))))
	if err != nil {
		w.t.Fatalf("%s: %v", w.name, err)
	}
	return text
}

// picture stores a screenshot where E2E_PICTURES says and names it.
func (w *tab) picture(name string) string {
	dir := os.Getenv("E2E_PICTURES")
	if dir == "" {
		return "(set E2E_PICTURES to a folder for a screenshot)"
	}
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	w.is(`scrollTo(0, 0) ?? true`) // sticky bars belong at the top of a picture
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err.Error()
	}
	path := filepath.Join(dir, strings.ReplaceAll(w.t.Name(), "/", "-")+"-"+w.name+"-"+name+".png")
	if err := os.WriteFile(path, png, 0o600); err != nil {
		return err.Error()
	}
	return path
}

// portraits are pictures for people who look at what they made: desktop and phone, light
// and dark.
func (w *tab) portraits(name string) {
	w.t.Helper()
	if os.Getenv("E2E_PICTURES") == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		w.is("document.documentElement.dataset.theme = " + quote(theme))
		w.picture(name + "-" + theme)
		w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateScale(2)))
		w.picture(name + "-" + theme + "-phone")
		w.size(1440, 900)
	}
	w.is(`document.documentElement.dataset.theme = "auto"`)
}

func eventually(t *testing.T, what string, done func() bool, explain func() string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
		if done() {
			tick.Stop()
			return
		}
		if time.Now().After(deadline) {
			tick.Stop()
			t.Fatalf("did not happen: %s\n%s", what, explain())
		}
	}
}

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// value is what a field holds.
func (w *tab) value(selector string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Value(selector))
	if err != nil {
		w.t.Fatalf("%s: %v", w.name, err)
	}
	return value
}

// unfold opens a card that is folded.
func (w *tab) unfold(selector string) {
	w.t.Helper()
	w.until("unfolded "+selector, fmt.Sprintf(`(d => d && (d.open = true))(document.querySelector(%s + " details"))`, quote(selector)))
}

// number is what a script in the page counts.
func (w *tab) number(script string) int64 {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	n, err := chromedp.Run(ctx, chromedp.Evaluate[float64](script))
	if err != nil {
		w.t.Fatalf("%s: %v", w.name, err)
	}
	return int64(n)
}
