package views_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"wardroom/static"
	"wardroom/views"
	"wardroom/views/internal/fixture"
)

// foreign are the fields of a room that hold what people, alerts, playbooks and clusters say.
var foreign = []string{
	"Title", "Text", "Intro", "Body", "Note", "Name", "Value", "Caption", "Refused", "Preview", "Summary", "To", "By", "Problem",
	"Edited", "Label", "Lead", "Service", "Threshold", "From", "Reason", "Filled", "Error", "Who", "Where", "URL", "For", "Policy", "ActsAs",
}

// own are fields among them that hold the product's own words.
var own = []string{"Move.Label", "Step.Label", "OutlineStep.Label", "RunLink.Text", "Room.Page", "Time.Text"}

// lengthen makes one long word of every text below v that is not the product's own.
func lengthen(v reflect.Value, field string) {
	switch v.Kind() { //nolint:exhaustive // views are made of these and of what holds no text
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			lengthen(v.Elem(), field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			lengthen(v.Index(i), field)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !slices.Contains(own, v.Type().Name()+"."+field.Name) {
				lengthen(v.Field(i), field.Name)
			}
		}
	case reflect.String:
		if slices.Contains(foreign, field) && v.String() != "" {
			v.SetString(strings.Repeat("http://localhost:8000/", 2) + strings.Repeat("unbroken", 30))
		}
	}
}

// cut lists the texts that stand out of a box, or are cut by one without an ellipsis that says so, and the short words that are broken.
// Logs and fields scroll by design.
const cut = `(() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  const name = (el) => el.localName + (el.id ? "#" + el.id : "") + [...el.classList].map((c) => "." + c).join("");
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility() || parent.closest(".log, .sr-only, .skip, select, textarea, svg")) continue;
    for (const { index, 0: word } of node.data.matchAll(/[^\s-]+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (word.length < 16 && new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) found.push(name(parent) + " breaks the word " + word);
    }
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width);
    for (let el = parent; el; el = el.parentElement) {
      const style = getComputedStyle(el), box = el.getBoundingClientRect();
      if (style.textOverflow === "ellipsis" && style.overflowX === "hidden") break;
      if (style.display === "contents" || style.display === "inline") continue;
      if (rects.some((r) => r.right > box.right + 1 || r.left < box.left - 1)) {
        found.push(name(el) + " cuts " + name(parent) + ": " + node.data.trim().slice(0, 30));
        break;
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  return found;
})()`

// What people type and what alerts carry has words without an end. Nothing of it may cut what stands beside it.
func TestLongWordsBreakInRoom(t *testing.T) {
	t.Parallel()
	rooms := map[string]views.Room{"": fixture.Room(), "bare": fixture.RoomWithoutPlaybook(), "closed": fixture.ClosedRoom()}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	for path, room := range rooms {
		lengthen(reflect.ValueOf(&room).Elem(), "")
		room.Page.Socket = ""
		for i := range room.Playbooks {
			for _, s := range room.Playbooks[i].Sections {
				for i := range s.Steps {
					s.Steps[i].Folded = false
				}
			}
		}
		mux.HandleFunc("GET /"+path, func(w http.ResponseWriter, r *http.Request) { show(w, r, room) })
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ctx := browser(t)
	for _, width := range []int64{1440, 1000, 390} {
		for path := range rooms {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+"/"+path)); err != nil {
				t.Fatal(err)
			}
			for _, rail := range []bool{false, true} {
				found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf(`document.querySelector("#rail-toggle").checked = %t, %s`, rail, cut)))
				if err != nil {
					t.Fatal(err)
				}
				for _, what := range found {
					t.Errorf("/%s at %d px, rail %t: %s", path, width, rail, what)
				}
			}
		}
	}
}
