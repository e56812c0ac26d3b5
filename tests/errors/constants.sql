-- Checked by reading each message as the user would who wrote the statement: what is wrong, where, and what works instead.

SELECT DATE_TRUNC('fortnight', ts) FROM trades;
-- 'fortnight': there is no such unit of time
--  --> q.sql:1:19
--   |
-- 1 | SELECT DATE_TRUNC('fortnight', ts) FROM trades;
--   |                   ^^^^^^^^^^^
-- hint: units are nanosecond to second, minute, hour, day, week, month, quarter, year, decade, century and millennium

SELECT DATE_TRUNC('dow', ts) FROM trades;
-- 'dow': there is no such unit of time
--  --> q.sql:1:19
--   |
-- 1 | SELECT DATE_TRUNC('dow', ts) FROM trades;
--   |                   ^^^^^
-- hint: units are nanosecond to second, minute, hour, day, week, month, quarter, year, decade, century and millennium

SELECT DATE_TRUNC('hours', CAST(ts AS TIMESTAMP_LTZ(3)), 'Europe/Berln') FROM trades;
-- 'Europe/Berln': there is no such time zone
--  --> q.sql:1:58
--   |
-- 1 | SELECT DATE_TRUNC('hours', CAST(ts AS TIMESTAMP_LTZ(3)), 'Europe/Berln') FROM trades;
--   |                                                          ^^^^^^^^^^^^^^
-- hint: did you mean 'Europe/Berlin'?

SELECT DATE_PART('yaer', ts) FROM trades;
-- 'yaer': there is no such unit of time
--  --> q.sql:1:18
--   |
-- 1 | SELECT DATE_PART('yaer', ts) FROM trades;
--   |                  ^^^^^^
-- hint: did you mean 'year'?

SELECT DATE_PART('year', TIME '10:00:00') FROM trades;
-- 'year': the time has no such field
--  --> q.sql:1:18
--   |
-- 1 | SELECT DATE_PART('year', TIME '10:00:00') FROM trades;
--   |                  ^^^^^^
-- hint: fields are units such as year, month, day, hour and second, of which a TIME has those below a day, and dow, doy, isoyear, epoch

SELECT ts AT TIME ZONE 'Mars/Olympus' FROM trades;
-- 'Mars/Olympus': there is no such time zone
--  --> q.sql:1:24
--   |
-- 1 | SELECT ts AT TIME ZONE 'Mars/Olympus' FROM trades;
--   |                        ^^^^^^^^^^^^^^
-- hint: zones are called as in the IANA database, such as 'Europe/Berlin', or are distances to UTC such as '+05:30'

SELECT CONVERT_TZ(sym, 'Europe' || '/Pariss', 'UTC') FROM trades;
-- 'Europe/Pariss': there is no such time zone
--  --> q.sql:1:24
--   |
-- 1 | SELECT CONVERT_TZ(sym, 'Europe' || '/Pariss', 'UTC') FROM trades;
--   |                        ^^^^^^^^^^^^^^^^^^^^^
-- hint: did you mean 'Europe/Paris'?

SELECT CONVERT_TZ(sym, 'UTC', 'America/Los_Angles') FROM trades;
-- 'America/Los_Angles': there is no such time zone
--  --> q.sql:1:31
--   |
-- 1 | SELECT CONVERT_TZ(sym, 'UTC', 'America/Los_Angles') FROM trades;
--   |                               ^^^^^^^^^^^^^^^^^^^^
-- hint: did you mean 'America/Los_Angeles'?

SELECT CONVERT_TIMEZONE('UTC', 'Asia/Tokio', ts) FROM trades;
-- 'Asia/Tokio': there is no such time zone
--  --> q.sql:1:32
--   |
-- 1 | SELECT CONVERT_TIMEZONE('UTC', 'Asia/Tokio', ts) FROM trades;
--   |                                ^^^^^^^^^^^^
-- hint: did you mean 'Asia/Tokyo'?

SELECT TO_TIMESTAMP_LTZ(sym, 'yyyy-MM-dd', '+99:00') FROM trades;
-- '+99:00': there is no such time zone
--  --> q.sql:1:44
--   |
-- 1 | SELECT TO_TIMESTAMP_LTZ(sym, 'yyyy-MM-dd', '+99:00') FROM trades;
--   |                                            ^^^^^^^^
-- hint: zones are called as in the IANA database, such as 'Europe/Berlin', or are distances to UTC such as '+05:30'

SELECT TO_TIMESTAMP_LTZ(qty, 5) FROM trades;
-- '5': TO_TIMESTAMP_LTZ takes 0, 3, 6 or 9 digits
--  --> q.sql:1:30
--   |
-- 1 | SELECT TO_TIMESTAMP_LTZ(qty, 5) FROM trades;
--   |                              ^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD HH24:MI:SS' or '%Y-%m-%d %H:%M:%S'; 0, 3, 6 or 9 behind a number

SELECT DATE_FORMAT(ts, 'yyyy-bb') FROM trades;
-- 'yyyy-bb': the time pattern has a letter that is not supported
--  --> q.sql:1:24
--   |
-- 1 | SELECT DATE_FORMAT(ts, 'yyyy-bb') FROM trades;
--   |                        ^^^^^^^^^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', with text between single quotes, or '%Y-%m-%d' of strftime

SELECT DATE_FORMAT(ts, '%Y-%!') FROM trades;
-- '%Y-%!': the time pattern has a letter behind % that is not supported
--  --> q.sql:1:24
--   |
-- 1 | SELECT DATE_FORMAT(ts, '%Y-%!') FROM trades;
--   |                        ^^^^^^^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', with text between single quotes, or '%Y-%m-%d' of strftime

SELECT TO_CHAR(ts, 'YYYY-MM-DD "at') FROM trades;
-- 'YYYY-MM-DD "at': the time pattern has a quote without its partner
--  --> q.sql:1:20
--   |
-- 1 | SELECT TO_CHAR(ts, 'YYYY-MM-DD "at') FROM trades;
--   |                    ^^^^^^^^^^^^^^^^
-- hint: such as 'YYYY-MM-DD HH24:MI:SS' for a time, '9,990.00' for a number

SELECT TO_CHAR(qty, '9.9.9') FROM trades;
-- '9.9.9': the number pattern has two points
--  --> q.sql:1:21
--   |
-- 1 | SELECT TO_CHAR(qty, '9.9.9') FROM trades;
--   |                     ^^^^^^^
-- hint: such as 'YYYY-MM-DD HH24:MI:SS' for a time, '9,990.00' for a number

SELECT TO_TIMESTAMP(sym, 'yyyy-bb') FROM trades;
-- 'yyyy-bb': the time pattern has a letter that is not supported
--  --> q.sql:1:26
--   |
-- 1 | SELECT TO_TIMESTAMP(sym, 'yyyy-bb') FROM trades;
--   |                          ^^^^^^^^^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD HH24:MI:SS' or '%Y-%m-%d %H:%M:%S'; 0, 3, 6 or 9 behind a number

SELECT PARSE_DATE('%Y-%', sym) FROM trades;
-- '%Y-%': the time pattern ends with a %
--  --> q.sql:1:19
--   |
-- 1 | SELECT PARSE_DATE('%Y-%', sym) FROM trades;
--   |                   ^^^^^^
-- hint: such as '%Y-%m-%d %H:%M:%S'

SELECT JSON_VALUE(sym, '$[') FROM trades;
-- '$[': the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], $[*] and $.*
--  --> q.sql:1:24
--   |
-- 1 | SELECT JSON_VALUE(sym, '$[') FROM trades;
--   |                        ^^^^
-- hint: a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'

SELECT JSON_EXISTS(sym, 'a.b') FROM trades;
-- 'a.b': the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], $[*] and $.*
--  --> q.sql:1:25
--   |
-- 1 | SELECT JSON_EXISTS(sym, 'a.b') FROM trades;
--   |                         ^^^^^
-- hint: a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'

SELECT JSON_QUERY(sym, CAST('$.a[' AS STRING)) FROM trades;
-- '$.a[': the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], $[*] and $.*
--  --> q.sql:1:29
--   |
-- 1 | SELECT JSON_QUERY(sym, CAST('$.a[' AS STRING)) FROM trades;
--   |                             ^^^^^^
-- hint: a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'

SELECT REGEXP(sym, '(') FROM trades;
-- '(': the regular expression is malformed or too large
--  --> q.sql:1:20
--   |
-- 1 | SELECT REGEXP(sym, '(') FROM trades;
--   |                    ^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT sym ~ '[a' FROM trades;
-- '[a': the regular expression is malformed or too large
--  --> q.sql:1:14
--   |
-- 1 | SELECT sym ~ '[a' FROM trades;
--   |              ^^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT sym ~* '*' FROM trades;
-- '(?i)*': the regular expression is malformed or too large
--  --> q.sql:1:15
--   |
-- 1 | SELECT sym ~* '*' FROM trades;
--   |               ^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT REGEXP_EXTRACT(sym, 'a(') FROM trades;
-- 'a(': the regular expression is malformed or too large
--  --> q.sql:1:28
--   |
-- 1 | SELECT REGEXP_EXTRACT(sym, 'a(') FROM trades;
--   |                            ^^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT REGEXP_REPLACE(sym, '(', '') FROM trades;
-- '(': the regular expression is malformed or too large
--  --> q.sql:1:28
--   |
-- 1 | SELECT REGEXP_REPLACE(sym, '(', '') FROM trades;
--   |                            ^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT REGEXP_EXTRACT(sym, '(?=a)') FROM trades;
-- '(?=a)': the regular expression asks for look-around or back-references, which are not there
--  --> q.sql:1:28
--   |
-- 1 | SELECT REGEXP_EXTRACT(sym, '(?=a)') FROM trades;
--   |                            ^^^^^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT REGEXP_LIKE(sym, 'a', 'q') FROM trades;
-- 'q': the flags of a regular expression are g, i, c, n, m, s and x
--  --> q.sql:1:30
--   |
-- 1 | SELECT REGEXP_LIKE(sym, 'a', 'q') FROM trades;
--   |                              ^^^
-- hint: such as 'gi' for all matches in any case

SELECT REGEXP_REPLACE(sym, 'a', 'b', 'z') FROM trades;
-- 'z': the flags of a regular expression are g, i, c, n, m, s and x
--  --> q.sql:1:38
--   |
-- 1 | SELECT REGEXP_REPLACE(sym, 'a', 'b', 'z') FROM trades;
--   |                                      ^^^
-- hint: such as 'gi' for all matches in any case

SELECT sym LIKE 'a%' ESCAPE '##' FROM trades;
-- '##': ESCAPE takes one character
--  --> q.sql:1:29
--   |
-- 1 | SELECT sym LIKE 'a%' ESCAPE '##' FROM trades;
--   |                             ^^^^
-- hint: such as ESCAPE '#'

SELECT sym SIMILAR TO '(a' FROM trades;
-- '(a': the SIMILAR TO pattern is malformed or too large
--  --> q.sql:1:23
--   |
-- 1 | SELECT sym SIMILAR TO '(a' FROM trades;
--   |                       ^^^^
-- hint: such as '(a|b)%'

SELECT STR_TO_MAP(sym, '(') FROM trades;
-- '(': the regular expression is malformed or too large
--  --> q.sql:1:24
--   |
-- 1 | SELECT STR_TO_MAP(sym, '(') FROM trades;
--   |                        ^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT ENCODE(sym, 'UTF-61') FROM trades;
-- 'UTF-61': there is no such character set; there are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16
--  --> q.sql:1:20
--   |
-- 1 | SELECT ENCODE(sym, 'UTF-61') FROM trades;
--   |                    ^^^^^^^^
-- hint: did you mean 'UTF-16'?

SELECT DECODE(X'00', 'EBCDIC') FROM trades;
-- 'EBCDIC': there is no such character set; there are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16
--  --> q.sql:1:22
--   |
-- 1 | SELECT DECODE(X'00', 'EBCDIC') FROM trades;
--   |                      ^^^^^^^^
-- hint: such as 'UTF-8' between texts and bytes; 'hex', 'base64' or 'escape' where bytes are written as texts

SELECT CONVERT_FROM(X'00', 'latin2') FROM trades;
-- 'latin2': there is no such character set; there are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16
--  --> q.sql:1:28
--   |
-- 1 | SELECT CONVERT_FROM(X'00', 'latin2') FROM trades;
--   |                            ^^^^^^^^
-- hint: such as 'UTF-8' between texts and bytes; 'hex', 'base64' or 'escape' where bytes are written as texts

SELECT DIGEST(sym, 'sha255') FROM trades;
-- 'sha255': there are md5, sha1, sha224, sha256, sha384 and sha512
--  --> q.sql:1:20
--   |
-- 1 | SELECT DIGEST(sym, 'sha255') FROM trades;
--   |                    ^^^^^^^^
-- hint: did you mean 'sha256'?

SELECT SHA2(sym, 300) FROM trades;
-- '300': SHA2 makes 224, 256, 384 or 512 bits
--  --> q.sql:1:18
--   |
-- 1 | SELECT SHA2(sym, 300) FROM trades;
--   |                  ^^^
-- hint: SHA2(x, 256)

SELECT PARSE_URL(sym, 'PROTOCL') FROM trades;
-- 'PROTOCL': a URL has no such part
--  --> q.sql:1:23
--   |
-- 1 | SELECT PARSE_URL(sym, 'PROTOCL') FROM trades;
--   |                       ^^^^^^^^^
-- hint: did you mean 'PROTOCOL'?

SELECT PARSE_URL(sym, 'port') FROM trades;
-- 'port': a URL has no such part
--  --> q.sql:1:23
--   |
-- 1 | SELECT PARSE_URL(sym, 'port') FROM trades;
--   |                       ^^^^^^
-- hint: did you mean 'HOST'?

SELECT FORMAT('%z', sym) FROM trades;
-- '%z': a % in the format has neither s nor I nor L behind it; %% is a single one
--  --> q.sql:1:15
--   |
-- 1 | SELECT FORMAT('%z', sym) FROM trades;
--   |               ^^^^
-- hint: such as '%s of %s'; %% is a percent sign

SELECT CASE WHEN qty > 1 THEN DATE_TRUNC('moon', ts) END FROM trades;
-- 'moon': there is no such unit of time
--  --> q.sql:1:42
--   |
-- 1 | SELECT CASE WHEN qty > 1 THEN DATE_TRUNC('moon', ts) END FROM trades;
--   |                                          ^^^^^^
-- hint: units are nanosecond to second, minute, hour, day, week, month, quarter, year, decade, century and millennium

SELECT sym FROM trades WHERE REGEXP(sym, 'a{99999}');
-- 'a{99999}': the regular expression is malformed or too large
--  --> q.sql:1:42
--   |
-- 1 | SELECT sym FROM trades WHERE REGEXP(sym, 'a{99999}');
--   |                                          ^^^^^^^^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT REGEXP_SPLIT_TO_TABLE(sym, '(') FROM trades;
-- '(': the regular expression is malformed or too large
--  --> q.sql:1:35
--   |
-- 1 | SELECT REGEXP_SPLIT_TO_TABLE(sym, '(') FROM trades;
--   |                                   ^^^
-- hint: such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself

SELECT m FROM trades, REGEXP_MATCHES(sym, 'a', 'gy') AS r (m);
-- 'gy': the flags of a regular expression are g, i, c, n, m, s and x
--  --> q.sql:1:48
--   |
-- 1 | SELECT m FROM trades, REGEXP_MATCHES(sym, 'a', 'gy') AS r (m);
--   |                                                ^^^^
-- hint: such as 'gi' for all matches in any case

SELECT HMAC('key', sym, 'sha-256') FROM trades;
-- 'sha-256': there are md5, sha1, sha224, sha256, sha384 and sha512
--  --> q.sql:1:25
--   |
-- 1 | SELECT HMAC('key', sym, 'sha-256') FROM trades;
--   |                         ^^^^^^^^^
-- hint: did you mean 'sha256'?

SELECT HMAC('key', sym, 'blake3') FROM trades;
-- 'blake3': there are md5, sha1, sha224, sha256, sha384 and sha512
--  --> q.sql:1:25
--   |
-- 1 | SELECT HMAC('key', sym, 'blake3') FROM trades;
--   |                         ^^^^^^^^
-- hint: such as 'sha256'

SELECT JSONB_PATH_QUERY_ARRAY('[1]', '$[*') FROM trades;
-- '$[*': the SQL/JSON path is malformed
--  --> q.sql:1:38
--   |
-- 1 | SELECT JSONB_PATH_QUERY_ARRAY('[1]', '$[*') FROM trades;
--   |                                      ^^^^^
-- hint: a path begins with $, such as '$.items[*] ? (@.price > 10)'

SELECT JSONB_PATH_EXISTS('[1]', '$[*] + 1') FROM trades;
-- '$[*] + 1': the SQL/JSON path asks for arithmetic or a method that is not there; .type() and .size() are
--  --> q.sql:1:33
--   |
-- 1 | SELECT JSONB_PATH_EXISTS('[1]', '$[*] + 1') FROM trades;
--   |                                 ^^^^^^^^^^
-- hint: a path begins with $, such as '$.items[*] ? (@.price > 10)'

SELECT '[1]'::JSON @? 'a' FROM trades;
-- 'a': the SQL/JSON path is malformed
--  --> q.sql:1:23
--   |
-- 1 | SELECT '[1]'::JSON @? 'a' FROM trades;
--   |                       ^^^
-- hint: a path begins with $, such as '$.items[*] ? (@.price > 10)'

SELECT EXTRACT_JSON(sym, 'name') FROM trades;
-- 'name': the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'], $[0], $[*] and $.*
--  --> q.sql:1:26
--   |
-- 1 | SELECT EXTRACT_JSON(sym, 'name') FROM trades;
--   |                          ^^^^^^
-- hint: a path begins with $, such as '$.name', '$[0]' or 'lax $.items[*].price'

SELECT x FROM trades, JSONB_PATH_QUERY('[1]', '$.') AS t(x);
-- '$.': the SQL/JSON path is malformed
--  --> q.sql:1:47
--   |
-- 1 | SELECT x FROM trades, JSONB_PATH_QUERY('[1]', '$.') AS t(x);
--   |                                               ^^^^
-- hint: a path begins with $, such as '$.items[*] ? (@.price > 10)'

SELECT TO_DATE(sym, '%Y-%m-%d', '%d.%E.%Y') FROM trades;
-- '%d.%E.%Y': the time pattern has a letter behind % that is not supported
--  --> q.sql:1:33
--   |
-- 1 | SELECT TO_DATE(sym, '%Y-%m-%d', '%d.%E.%Y') FROM trades;
--   |                                 ^^^^^^^^^^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD HH24:MI:SS' or '%Y-%m-%d %H:%M:%S'; 0, 3, 6 or 9 behind a number

SELECT TO_UNIXTIME(sym, '%Y', '%') FROM trades;
-- '%': the time pattern ends with a %
--  --> q.sql:1:31
--   |
-- 1 | SELECT TO_UNIXTIME(sym, '%Y', '%') FROM trades;
--   |                               ^^^
-- hint: such as 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD HH24:MI:SS' or '%Y-%m-%d %H:%M:%S'; 0, 3, 6 or 9 behind a number

SELECT TO_CHAR(INTERVAL '2' DAY, 'DD. Month') FROM trades;
-- 'DD. Month': the time pattern has a letter of dates, which intervals and times of day are none of
--  --> q.sql:1:34
--   |
-- 1 | SELECT TO_CHAR(INTERVAL '2' DAY, 'DD. Month') FROM trades;
--   |                                  ^^^^^^^^^^^
-- hint: such as 'YYYY-MM-DD HH24:MI:SS' for a time, '9,990.00' for a number

SELECT DECRYPT(sym, '0123456789abcdef', 'aes-ctr') FROM trades;
-- 'aes-ctr': there is the cipher aes, with the modes cbc and ecb and the paddings pkcs and none
--  --> q.sql:1:41
--   |
-- 1 | SELECT DECRYPT(sym, '0123456789abcdef', 'aes-ctr') FROM trades;
--   |                                         ^^^^^^^^^
-- hint: such as 'aes', which is 'aes-cbc/pad:pkcs', or 'aes-ecb/pad:none'
