package shell

import (
	"regexp"
	"strings"
)

var curl = &program{
	flags: flags(`-s --silent -S --show-error -f --fail --fail-with-body -i --include -I --head -G --get -m= --max-time= --connect-timeout= -X= --request= -H= --header=
		-d= --data= --data-raw= --data-binary= --data-urlencode= --json= -w= --write-out= -o= --output= -v --verbose -A= --user-agent= --compressed -4 --ipv4 -6 --ipv6
		-u= --user= --retry= --retry-delay= --retry-max-time= --retry-connrefused -T= --upload-file= -F= --form= -O --remote-name -J -D= --dump-header= -c= --cookie-jar= --max-redirs= --limit-rate= -r= --range= -Z --parallel --tlsv1.2 -N --no-buffer --http1.1 --http2 -g --globoff -# --no-progress-meter`),
	refused: map[string]string{
		"-L --location --location-trusted": "an answer may lead to another host", "-k --insecure": "the server must be verified",
		"-b= --cookie= --oauth2-bearer=": "credentials do not belong in a command", "-x= --proxy= --socks5=": "a proxy leads elsewhere",
		"--resolve= --connect-to= --unix-socket= --interface=": "it leads elsewhere", "--cacert= --capath= --cert= -E= --key=": "credentials come from the environment only",
	},
	opaque: map[string]string{"-K= --config=": "it reads files"},
	effects: map[string]Class{
		"-T": sendsFile, "--upload-file": sendsFile, "-F": sendsFile, "--form": sendsFile, "-O": writesFile, "--remote-name": writesFile, "-J": writesFile,
	},
	refine: func(s scope, c *call) (class Class) {
		if len(c.words()) == 0 {
			return unknown("there is no address to ask")
		}
		for _, url := range c.words() {
			class = class.worst(curlURL(url, c.has("-g", "--globoff")))
		}
		for _, user := range c.values("-u", "--user") {
			if !strings.Contains(user, ":") && !dynamic(user) {
				class = class.worst(interactive("curl asks for the password"))
			}
		}
		return class.worst(curlMethods(c)).worst(curlData(c)).worst(curlCredentials(s, c)).worst(curlOutput(c))
	},
}

var (
	sendsFile  = Class{Risk: Change, Why: "sends a file or form to the address", Refused: "curl may not send files"}
	writesFile = Class{Risk: Change, Why: "writes what it got to a file", Refused: "curl may not write files of its own choice"}
)

// curlMethods is the worst of the methods that the call may use.
func curlMethods(c *call) (class Class) {
	methods := c.values("-X", "--request")
	if len(methods) == 0 {
		switch {
		case c.has("-I", "--head"):
			return read("asks for the headers only")
		case c.has("--json"), c.has("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode") && !c.has("-G", "--get"):
			return curlSends(c, "POST")
		}
		return read("only asks the address (GET)")
	}
	for _, method := range methods {
		switch strings.ToUpper(method) {
		case "GET", "HEAD", "OPTIONS":
			class = class.worst(read("only asks the address"))
		case "POST", "PUT", "PATCH":
			class = class.worst(curlSends(c, method))
		case "DELETE":
			class = class.worst(destroy("asks the address to delete something"))
		default:
			class = class.worst(unknown("the method is known only at run time or not at all"))
		}
	}
	return class
}

// deletes are words of a path that tell what its address does: delete_series, _delete_by_query.
var deletes = words("delete purge drop destroy wipe truncate remove")

// curlSends is a request that sends something: where the address says that it deletes, that it does.
func curlSends(c *call, method string) Class {
	for _, url := range c.words() {
		for _, word := range strings.FieldsFunc(strings.ToLower(beforeQuery(url)), func(r rune) bool { return strings.ContainsRune("/_-.", r) }) {
			if deletes[word] {
				return destroy("asks the address to " + word + " something (" + method + ")")
			}
		}
	}
	return change("sends data to the address (" + method + ")")
}

var (
	urlScheme     = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):/*`)
	guessedScheme = regexp.MustCompile(`^(dict|ftp|ftps|gopher|imap|ldap|pop3|smtp|rtsp|tftp|telnet|mqtt|file)\.`)
	hostPort      = regexp.MustCompile(`^[A-Za-z0-9._-]+:[0-9]`)
	secretHeader  = regexp.MustCompile(`(?i)^\s*(authorization|proxy-authorization|cookie|x-api-key|x-auth|x-token|[a-z-]*(token|secret|password|api-?key)[a-z-]*)\s*[:;]`)
)

func curlURL(url string, globs bool) Class {
	m := urlScheme.FindStringSubmatch(url)
	host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(url), "https://"), "http://"), "/")
	switch {
	case !globs && strings.ContainsAny(beforeQuery(url), "{}[]"):
		// curl makes several addresses of {a,b} and [1-3], of their schemes too. Behind ? they all ask
		// the same path of the same host.
		return unknown("curl would expand the address to others; -g takes it as it is")
	case (m == nil || hostPort.MatchString(url)) && guessedScheme.MatchString(host):
		return refuse("curl would guess another protocol than http from the host's name")
	case m != nil && !hostPort.MatchString(url) && !strings.EqualFold(m[1], "http") && !strings.EqualFold(m[1], "https"):
		return refuse("curl may use http and https only")
	case strings.Contains(host, "@"):
		return refuse("credentials do not belong in an address")
	}
	return Class{}
}

func beforeQuery(url string) string {
	before, _, _ := strings.Cut(url, "?")
	return before
}

// curlData refuses what would read a file.
func curlData(c *call) (class Class) {
	for _, data := range c.values("-d", "--data", "--data-binary", "--json", "-w", "--write-out", "-H", "--header") {
		switch {
		case strings.HasPrefix(data, "@"):
			class = class.worst(Class{Risk: Read, Refused: "curl may not send or read the file after @"})
		case strings.HasPrefix(data, later):
			class = class.worst(unknown("what curl sends is known only at run time and may name a file"))
		}
	}
	for _, data := range c.values("--data-urlencode") {
		name, _, assigned := strings.Cut(data, "=")
		if strings.Contains(name, "@") || !assigned && strings.Contains(name, later) {
			class = class.worst(Class{Risk: Read, Refused: "curl may not send the file after @"})
		}
	}
	for _, format := range c.values("-w", "--write-out") {
		if strings.Contains(format, "%output{") {
			class = class.worst(Class{Risk: Change, Why: "writes a file", Refused: "curl --write-out may not write files"})
		}
	}
	return class
}

// curlCredentials refuses a credential that stands in the text, where everybody would read
// it and the record would keep it. One that a secret parameter gives is neither shown nor kept.
func curlCredentials(s scope, c *call) (class Class) {
	for _, header := range c.values("-H", "--header") {
		name, value, _ := strings.Cut(header, ":")
		given := s.policy.Secrets || strings.Contains(value, hole) && !dynamic(name)
		if secretHeader.MatchString(header) && !given || strings.HasPrefix(header, hole) {
			class = class.worst(Class{Risk: Read, Why: "only asks the address", Refused: "the header carries a credential; write a placeholder such as <api-key>, which is asked for and never recorded"})
		}
	}
	for _, user := range c.values("-u", "--user") {
		if _, password, _ := strings.Cut(user, ":"); !s.policy.Secrets && !isHole(password) {
			class = class.worst(Class{Risk: Read, Why: "only asks the address", Refused: "the password stands in the command; write a placeholder such as <password>, which is asked for and never recorded"})
		}
	}
	return class
}

func curlOutput(c *call) (class Class) {
	for _, name := range c.values("-o", "--output", "-D", "--dump-header", "-c", "--cookie-jar") {
		switch {
		case name == "-":
		case dynamic(name):
			return unknown("the file that curl writes is known only at run time")
		case name != "/dev/null":
			class = class.worst(change("writes the answer to the file " + shown(name)))
		}
	}
	return class
}
