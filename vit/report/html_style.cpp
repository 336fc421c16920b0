#include "vit/report/html_style.h"

namespace vit {

std::string_view html_style() {
  return R"(
:root{color-scheme:light dark;--bg:#f6f8fa;--card:#fff;--ink:#1f2328;--soft:#57606a;--line:#d8dee4;
--blue:#0072b2;--orange:#d55e00;--green:#1a7f37;--track:#eaeef2;--warn:#fff8e5;--warn-line:#e3b341}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0d1117;--card:#161b22;--ink:#e6edf3;
--soft:#9da7b3;--line:#30363d;--blue:#56b4e9;--orange:#ff9e4a;--green:#3fb950;--track:#21262d;
--warn:#272115;--warn-line:#9e6a03}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);overflow-wrap:anywhere;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1160px;margin:0 auto;padding:36px 24px 56px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:19px;margin:40px 0 12px}h3{font-size:15px;margin:20px 0 8px}
p{margin:6px 0}.soft{color:var(--soft)}.small{font-size:13px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.warning{background:var(--warn);border:1px solid var(--warn-line);border-radius:10px;
padding:10px 16px;margin-top:18px}.warning ul{margin:4px 0;padding-left:20px}
.figures{display:grid;grid-template-columns:minmax(270px,1.15fr) 3fr;gap:14px;margin-top:22px}
.hero b{display:block;font-size:50px;line-height:1.1;font-weight:680;letter-spacing:-.02em}
.hero b small{font-size:26px;font-weight:500;color:var(--soft)}
.meter{position:relative;height:10px;border-radius:5px;background:var(--track);margin:14px 0 6px}
.meter i{display:block;height:100%;border-radius:5px;background:var(--blue)}
.meter u{position:absolute;top:-4px;width:2px;height:18px;background:var(--ink)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(168px,1fr));gap:14px}
.fact span{display:block;font-size:13px;color:var(--soft)}
.fact b{display:block;font-size:21px;font-weight:620;line-height:1.3}
.fact.long b{font-size:15px}.fact em{font-style:normal;font-size:12.5px;color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,545px),1fr));gap:14px}
.chart{padding:14px 12px 8px}svg.plot{display:block;max-width:100%;height:auto;margin:0 auto}
.on-phone{display:none}
.wide{overflow-x:auto}.wide svg.plot{max-width:none}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:14px;
margin-top:14px;align-items:start}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px}
th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}.n{text-align:right;white-space:nowrap}
table.history td,table.history th{white-space:nowrap}
tr.best td{font-weight:640;color:var(--blue)}
td.changed{font-weight:640;color:var(--orange)}
.bar{display:inline-block;vertical-align:middle;width:100%;min-width:60px;height:8px;
border-radius:4px;background:var(--track)}
.bar i{display:block;height:100%;border-radius:4px;background:var(--blue)}
.bar.wrong i{background:var(--orange)}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(168px,1fr));gap:14px}
.sample{padding:10px;border-top:3px solid var(--green);break-inside:avoid}
.sample.wrong{border-top-color:var(--orange)}
.sample img{display:block;width:100%;height:146px;object-fit:contain;border-radius:6px;
background:var(--track);margin-bottom:8px}.sample img.tiny{image-rendering:pixelated}
.sample .truth{font-weight:620;line-height:1.3;margin-bottom:6px}
.guess{display:grid;grid-template-columns:minmax(0,1fr) auto;font-size:13px;line-height:1.35;column-gap:8px}
.guess span:first-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.guess .bar{grid-column:1/3;height:5px;margin:1px 0 5px}.guess.hit{font-weight:620}
details{margin-top:14px}summary{cursor:pointer;font-weight:600;padding:2px 0}
pre{margin:10px 0 0;overflow-x:auto;white-space:pre;tab-size:2;line-height:1.45;
overflow-wrap:normal}
footer{margin-top:44px;color:var(--soft);font-size:13px}
@media (max-width:620px){.on-wide{display:none}.on-phone{display:block}}
@media (max-width:760px){main{padding:22px 14px 40px}.figures{grid-template-columns:1fr}
.facts{grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:10px}.card{padding:12px 13px}
.samples{grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:10px}
table{font-size:13px}.fact b{font-size:18px}}
@media print{body{background:#fff;font-size:12px}main{max-width:none;padding:0}
.card,.charts>*,tr{break-inside:avoid}h2{break-after:avoid}pre{white-space:pre-wrap}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";
}

}  // namespace vit
