package playbooks_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wardroom/internal/playbooks"
)

// What rendered Markdown may consist of.
var allowed = map[string]string{
	"a": "href rel title", "p": "", "em": "", "strong": "", "del": "", "code": "class", "pre": "", "br": "", "hr": "",
	"ul": "", "ol": "start", "li": "", "blockquote": "", "h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "",
	"table": "", "thead": "", "tbody": "", "tr": "", "th": "align", "td": "align", "input": "checked disabled type",
}

// checkMarkup parses the result as a browser would and reports every element,
// attribute and address that is not on the list.
func checkMarkup(t *testing.T, rendered string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(rendered))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("comment or doctype %q in %q", z.Token(), rendered)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			attributes, known := allowed[token.Data]
			if !known {
				t.Errorf("element %s in %q", token, rendered)
			}
			for _, a := range token.Attr {
				if !strings.Contains(" "+attributes+" ", " "+a.Key+" ") {
					t.Errorf("attribute %s of %s in %q", a.Key, token, rendered)
				}
				if a.Key == "href" && !harmless(a.Val) {
					t.Errorf("link to %q in %q", a.Val, rendered)
				}
			}
		case html.TextToken, html.EndTagToken:
		}
	}
}

// harmless reads an address as a browser does: control characters and leading
// spaces do not count.
func harmless(href string) bool {
	cleaned := strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, href)
	u, err := url.Parse(cleaned)
	return err == nil && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https")
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"formatting":  {"**a** *b* `c` ~~d~~", "<p><strong>a</strong> <em>b</em> <code>c</code> <del>d</del></p>\n"},
		"placeholder": {"delete <pod-name> now<br>", "<p>delete &lt;pod-name&gt; now<br></p>\n"},
		"script":      {"<script>alert(1)</script>\n", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		"formatting tags are left out": {
			"<details>\n<summary>More</summary>\n\nText\n\n</details>\n", "<p>\nMore</p>\n<p>Text</p>\n<p></p>\n",
		},
		"comment": {"<!-- x -->\n\na <!-- b --> c\n", "<p>a  c</p>\n"},
		"link": {
			`[x](https://a.example/?q="1" "t")`,
			`<p><a href="https://a.example/?q=%221%22" rel="noopener noreferrer">x</a></p>` + "\n",
		},
		"relative link":          {"[x](other.md#y)", `<p><a href="other.md#y" rel="noopener noreferrer">x</a></p>` + "\n"},
		"address":                {"see https://a.example/b.", `<p>see <a href="https://a.example/b" rel="noopener noreferrer">https://a.example/b</a>.</p>` + "\n"},
		"mail":                   {"<a@b.example>", "<p>a@b.example</p>\n"},
		"javascript":             {"[x](javascript:alert)", "<p>x</p>\n"},
		"hidden javascript":      {"[x](java&#10;script:alert) [y](&#1;javascript:a)", "<p>x y</p>\n"},
		"javascript in entities": {"[x](javascript&colon;alert) [y](&#x6a;avascript:a)", "<p>x y</p>\n"},
		"data":                   {"[x](data:text/html,y)", "<p>x</p>\n"},
		"password in a link":     {"[x](https://user:pw@a.example)", "<p>x</p>\n"},
		"image":                  {"![alt](https://a.example/i.png)", `<p><a href="https://a.example/i.png" rel="noopener noreferrer">alt</a></p>` + "\n"},
		"image in a link": {
			"[![alt](https://a.example/i.png)](https://b.example)",
			`<p><a href="https://b.example" rel="noopener noreferrer">alt</a></p>` + "\n",
		},
		"table": {
			"| a |\n|--:|\n| b |\n",
			"<table>\n<thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"right\">b</td>\n</tr>\n</tbody>\n</table>\n",
		},
		"heading attributes": {"# A {onclick=x}\n", "<h1>A {onclick=x}</h1>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := playbooks.HTML(tc.source)
			if got != tc.want {
				t.Errorf("HTML(%q)\n got %q\nwant %q", tc.source, got, tc.want)
			}
			checkMarkup(t, got)
		})
	}
}

// What would keep the parser busy for minutes is shown as it stands.
func TestHTMLBoundsItsWork(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"> ", "- ", "**a_", "[a]("} {
		got := playbooks.HTML(strings.Repeat(piece, 1<<20))
		if !strings.HasPrefix(got, "<pre>") {
			t.Errorf("%q was rendered", piece)
		}
		checkMarkup(t, got)
	}
}
