package playbooks

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"html"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// The text may be anybody's note: what is longer than maxRendered, or would grow
// more than maxGrowth times, is shown as it stands. Each use of a link definition
// repeats an address that may be as long as the text.
const (
	maxRendered = 64 << 10
	maxGrowth   = 16
	minHTML     = 16 << 10 // of a short text
)

var toHTML = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify, extension.TaskList, bounds{},
	),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(safeRenderer{}, 1))),
)

// HTML renders Markdown that anybody may have written. The result holds no markup
// of the author's own, no style, no image, no id, and links only to http, https
// and relative addresses; what looks like a tag, such as <pod-name>, is shown.
func HTML(markdown string) string { return rendered.get(markdown, render) }

var rendered = pages{known: map[[sha256.Size]byte]func() string{}}

func render(markdown string) string {
	clean, problems := normalise(markdown)
	b := limitedBuffer{limit: minHTML + maxGrowth*len(clean)}
	if len(clean) > maxRendered || hasSevere(problems) || toHTML.Convert([]byte(clean), &b) != nil {
		return "<pre>" + html.EscapeString(strings.ToValidUTF8(markdown, "\uFFFD")) + "</pre>\n"
	}
	return b.taken.String()
}

// limitedBuffer takes no more than limit bytes.
type limitedBuffer struct {
	taken bytes.Buffer
	limit int
}

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.taken.Len()+len(p) > b.limit {
		return 0, errors.New("the page would be too long")
	}
	return b.taken.Write(p)
}

func hasSevere(problems []Problem) bool {
	for _, p := range problems {
		if p.Severe && p.Line > 0 {
			return true
		}
	}
	return false
}

// safeRenderer replaces goldmark's renderers for everything that could reach
// another host or carry markup.
type safeRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (r safeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
}

func (safeRenderer) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if link, isLink := n.(*ast.Link); isLink {
		return ast.WalkContinue, writeLink(w, n, link.Destination, entering)
	}
	return ast.WalkContinue, nil
}

func (safeRenderer) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	link, isLink := n.(*ast.AutoLink)
	if !entering || !isLink {
		return ast.WalkContinue, nil
	}
	label := util.EscapeHTML(link.Label(source))
	if link.AutoLinkType != ast.AutoLinkURL {
		_, err := w.Write(label)
		return ast.WalkContinue, err
	}
	_ = writeLink(w, n, link.URL(source), true)
	_, _ = w.Write(label)
	return ast.WalkContinue, writeLink(w, n, link.URL(source), false)
}

// image shows the words that stand for a picture, as a link to it: loading it
// would tell its host who reads the playbook.
func (safeRenderer) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if image, isImage := n.(*ast.Image); isImage {
		return ast.WalkContinue, writeLink(w, n, image.Destination, entering)
	}
	return ast.WalkContinue, nil
}

// writeLink opens or closes a link. An address that is not safe leaves the words.
// It is judged as it will stand in the page, entities resolved: javascript&colon;
// is one of them. The error of a full page ends the rendering: the next link may
// have as long an address.
func writeLink(w util.BufWriter, n ast.Node, destination []byte, entering bool) error {
	target := util.URLEscape(destination, true)
	if !isSafeLink(string(target)) || inLink(n) {
		return nil
	}
	if !entering {
		_, err := w.WriteString("</a>")
		return err
	}
	_, _ = w.WriteString(`<a href="`)
	_, _ = w.Write(util.EscapeHTML(target))
	_, err := w.WriteString(`" rel="noopener noreferrer">`)
	return err
}

// isSafeLink admits http, https and addresses without a scheme. What url.Parse
// cannot read, such as a colon in a relative address, is not a link.
func isSafeLink(destination string) bool {
	u, err := url.Parse(strings.TrimSpace(destination))
	if err != nil || strings.Contains(destination, "\\") {
		return false
	}
	scheme := strings.ToLower(u.Scheme)
	return (scheme == "" || scheme == "http" || scheme == "https") && u.Opaque == "" && u.User == nil
}

// inLink keeps links from nesting, which HTML does not allow.
func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

func (safeRenderer) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	raw, isRaw := n.(*ast.RawHTML)
	if entering && isRaw {
		writeTag(w, string(raw.Segments.Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (safeRenderer) htmlBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block, isBlock := n.(*ast.HTMLBlock)
	if !entering || !isBlock {
		return ast.WalkContinue, nil
	}
	text := string(block.Lines().Value(source))
	if block.HasClosure() {
		text += string(block.ClosureLine.Value(source))
	}
	if text = strings.TrimSpace(text); isHTMLComment(text) {
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<p>")
	for text != "" {
		open := strings.IndexByte(text, '<')
		if open < 0 {
			open = len(text)
		}
		_, _ = w.WriteString(html.EscapeString(text[:open]))
		text = text[open:]
		if shut := strings.IndexByte(text, '>'); shut >= 0 {
			writeTag(w, text[:shut+1])
			text = text[shut+1:]
		} else {
			_, _ = w.WriteString(html.EscapeString(text))
			text = ""
		}
	}
	_, _ = w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

// Tags of HTML that only format: the reader loses nothing when they are left out.
var formatting = map[string]bool{
	"a": true, "b": true, "i": true, "em": true, "strong": true, "p": true, "div": true, "span": true, "center": true,
	"details": true, "summary": true, "sub": true, "sup": true, "kbd": true, "code": true, "pre": true, "u": true,
	"img": true, "hr": true, "font": true, "small": true, "picture": true, "source": true, "blockquote": true,
	"ul": true, "ol": true, "li": true, "table": true, "thead": true, "tbody": true, "tr": true, "td": true, "th": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
}

// writeTag leaves out a comment or a formatting tag, breaks the line for <br>, and
// shows anything else: <pod-name> is a placeholder, <script> is somebody's attempt.
func writeTag(w util.BufWriter, tag string) {
	name := strings.ToLower(strings.TrimLeft(strings.Trim(tag, "<>"), "/"))
	name, _ = cutAny(name, " \t\n/")
	switch {
	case name == "br":
		_, _ = w.WriteString("<br>")
	case strings.HasPrefix(tag, "<!--"), formatting[name]:
	default:
		_, _ = w.WriteString(html.EscapeString(tag))
	}
}
