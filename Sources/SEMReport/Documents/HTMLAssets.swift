/// Style and script of the HTML page.
enum HTMLAssets {
  /// The style: ink on paper in light and dark, three-line tables, a list of contents at the side where there is room.
  static let style = #"""

    :root{--paper:#fff;--ink:#1b1d21;--soft:#5a606b;--line:#d5d8de;--wash:#f4f5f7;--link:#1450a3;--warn:#8a4b00;--warnwash:#fff6e6;--yes:#17663a;--no:#9b1c1c;--flag:#fdeee0}
    @media (prefers-color-scheme:dark){:root{--paper:#15171b;--ink:#e5e7eb;--soft:#a0a7b4;--line:#343941;--wash:#1e2127;--link:#8ab8ff;--warn:#f0b866;--warnwash:#2b2415;--yes:#7cd39f;--no:#f59a9a;--flag:#3a2a1c}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0 auto;padding:0 1.25rem 4rem;max-width:62rem;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",sans-serif}
    body:lang(zh){font-family:system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",sans-serif;line-height:1.75}
    a{color:var(--link)}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px}
    main:focus{outline:none}
    .skip{position:absolute;left:-99rem;padding:.5rem 1rem;background:var(--paper);z-index:9}
    .skip:focus{left:1rem;top:.5rem}
    h1{font-size:1.75rem;line-height:1.25;margin:2.5rem 0 .75rem;text-wrap:balance;overflow-wrap:anywhere}
    h2{font-size:1.25rem;line-height:1.3;margin:3rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
    p,li,dt,dd{overflow-wrap:anywhere}
    main>section>p,main>section>ul,header>p{max-width:44rem}
    .notice{color:var(--soft);border-left:3px solid var(--line);padding-left:.9rem;margin:0 0 1rem}
    .warning{color:var(--warn);background:var(--warnwash);border-left:3px solid currentColor;padding:.6rem .9rem;border-radius:0 .3rem .3rem 0}
    nav{font-size:.9rem}
    nav ol{margin:.4rem 0;padding:0 0 0 1.6rem}
    nav li{margin:.25rem 0;padding-left:.15rem}
    nav li::marker{color:var(--soft);font-variant-numeric:tabular-nums}
    nav a{color:inherit;text-decoration:none}
    nav a:hover{color:var(--link);text-decoration:underline}
    nav a[aria-current]{color:var(--link);font-weight:600}
    nav summary{cursor:pointer;font-weight:600;padding:.55rem 0}
    .table{margin:1.9rem 0 2.2rem}
    .caption{display:flex;gap:1rem;align-items:baseline;margin-bottom:.5rem}
    .caption p{margin:0;min-width:0}
    figcaption{margin-top:.6rem}
    .caption b,figcaption b{margin-right:.45em}
    .copy{flex:none;font:inherit;font-size:.8rem;line-height:1.3;padding:.2rem .6rem;color:var(--soft);background:none;border:1px solid var(--line);border-radius:.3rem;cursor:pointer}
    .copy:hover{color:var(--ink);border-color:var(--soft)}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;border-top:2px solid var(--ink);border-bottom:2px solid var(--ink);font-size:.9rem;line-height:1.4;font-variant-numeric:tabular-nums lining-nums;min-width:min(100%,24rem)}
    th,td{padding:.3rem .75rem;text-align:left;vertical-align:baseline;font-weight:400;max-width:26rem;overflow-wrap:break-word}
    th:first-child,td:first-child{padding-left:.35rem}
    th:last-child,td:last-child{padding-right:.35rem}
    thead th{vertical-align:bottom;font-weight:600}
    thead tr:last-child th,thead th[rowspan]{border-bottom:1px solid var(--ink)}
    thead .g{text-align:center;padding-bottom:0}
    thead .g span{display:block;border-bottom:1px solid var(--soft);padding-bottom:.25rem}
    td:not(.n):not(.w){min-width:9rem}
    .n{text-align:right;white-space:nowrap}
    thead .n{white-space:normal}
    .w,thead .n.w{white-space:nowrap}
    [data-pad]::after{content:attr(data-pad);visibility:hidden}
    tr.h th{font-weight:600;padding-top:.7rem}
    tr.total>*{border-top:1px solid var(--soft)}
    tbody tr:not(.h):hover>*{background:var(--wash)}
    .b{font-weight:700}
    .f{background:var(--flag)}
    .yes{color:var(--yes)}
    .no{color:var(--no)}
    .note{color:var(--soft);font-size:.85rem;line-height:1.5;margin:.35rem 0 0;max-width:52rem}
    span.note{display:block}
    figure{margin:1.9rem 0 2.2rem}
    .picture{overflow-x:auto;background:#fff;border-radius:.3rem}
    @media (prefers-color-scheme:dark){.picture{padding:.75rem}}
    .picture svg{display:block;max-width:100%;height:auto;margin:0 auto}
    pre{overflow-x:auto;background:var(--wash);padding:.8rem 1rem;border-radius:.3rem;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK SC","Liberation Mono",monospace}
    .provenance{display:grid;grid-template-columns:fit-content(16rem) minmax(0,1fr);gap:.3rem 1.2rem;font-size:.9rem;margin:0}
    .provenance dt{color:var(--soft)}
    .provenance dd{margin:0}
    @media (min-width:72rem){
    body{display:grid;grid-template-columns:15rem minmax(0,1fr);grid-template-rows:auto 1fr;column-gap:3.5rem;max-width:84rem}
    header,main{grid-column:2;min-width:0}
    nav{grid-column:1;grid-row:1/3;align-self:start;position:sticky;top:0;max-height:100vh;overflow-y:auto;padding:2.4rem 0 2rem}
    }
    @media (max-width:71.99rem){
    html{scroll-padding-top:3.5rem}
    nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line);margin:0 -1.25rem;padding:0 1.25rem;max-height:70vh;overflow-y:auto}
    }
    @media (max-width:40rem){
    body{padding:0 1rem 3rem}
    nav{margin:0 -1rem;padding:0 1rem}
    h1{font-size:1.45rem;margin-top:1.5rem}
    h2{font-size:1.15rem;margin-top:2.25rem}
    table{font-size:.85rem}
    th,td{padding:.3rem .5rem}
    tbody th[scope=row]{position:sticky;left:0;background:var(--paper);max-width:9.5rem}
    .provenance{grid-template-columns:1fr;gap:0}
    .provenance dd{margin-bottom:.6rem}
    }
    @media print{
    :root{--paper:#fff;--ink:#000;--soft:#333;--line:#bbb;--wash:#fff;--link:#000;--warn:#000;--warnwash:#fff;--yes:#000;--no:#000;--flag:#eee}
    @page{size:A4;margin:20mm 18mm}
    @page wide{size:A4 landscape}
    html{font-size:10pt}
    body{display:block;max-width:none;padding:0}
    nav,.copy,.skip{display:none}
    h1{margin-top:0}
    h2{break-after:avoid;margin-top:1.6rem}
    p,li{orphans:3;widows:3}
    .scroll,.picture{overflow:visible;padding:0}
    .caption{break-after:avoid}
    table{font-size:8.5pt}
    th,td{padding:.18rem .5rem}
    .wide{page:wide}
    .wide table{font-size:6.5pt}
    .wide th,.wide td{padding:.1rem .22rem}
    thead{display:table-header-group}
    tr,figure{break-inside:avoid}
    figure svg{min-width:0!important;max-height:220mm}
    .note{break-before:avoid;max-width:none}
    a{text-decoration:none}
    }

    """#

  /// The script: copying a table for spreadsheets (tab separated) and word processors (HTML), the list of contents closed
  /// on small screens, and the section being read marked in it.
  static func script(copy: String, copied: String, failed: String) -> String {
    #"""

    (function(){
    "use strict";
    var words=\#(javaScript([copy, copied, failed]));
    function text(cell){return cell.textContent.replace(/\u2212/g,"-").replace(/\s+/g," ").trim();}
    function grid(table){
    var rows=[];
    Array.prototype.forEach.call(table.rows,function(row,r){
    rows[r]=rows[r]||[];
    var c=0;
    Array.prototype.forEach.call(row.cells,function(cell){
    while(rows[r][c]!==undefined)c++;
    for(var i=0;i<cell.rowSpan;i++){
    rows[r+i]=rows[r+i]||[];
    for(var j=0;j<cell.colSpan;j++)rows[r+i][c+j]=(i===cell.rowSpan-1&&j===0)?text(cell):"";
    }
    c+=cell.colSpan;
    });
    });
    return rows.map(function(row){return row.join("\t");}).join("\n")+"\n";
    }
    function markup(table){
    var copy=table.cloneNode(true),head=copy.tHead;
    copy.removeAttribute("aria-labelledby");
    copy.style.cssText="border-collapse:collapse;border-top:1.5pt solid;border-bottom:1.5pt solid";
    Array.prototype.forEach.call(copy.querySelectorAll("th,td"),function(cell){
    cell.style.cssText="padding:2pt 6pt;font-weight:"+(cell.classList.contains("b")||cell.closest(".h")?"bold":"normal")+";text-align:"+(cell.classList.contains("n")?"right":cell.classList.contains("g")?"center":"left");
    cell.removeAttribute("data-path");cell.removeAttribute("title");cell.removeAttribute("data-pad");cell.removeAttribute("class");
    });
    if(head)Array.prototype.forEach.call(head.rows[head.rows.length-1].cells,function(cell){cell.style.borderBottom="0.75pt solid";});
    return copy.outerHTML;
    }
    function byEvent(plain,html){
    var done=false;
    function fill(event){
    event.clipboardData.setData("text/plain",plain);
    event.clipboardData.setData("text/html",html);
    event.preventDefault();done=true;
    }
    document.addEventListener("copy",fill);
    try{document.execCommand("copy");}catch(error){}
    document.removeEventListener("copy",fill);
    return done;
    }
    function put(plain,html){
    if(!navigator.clipboard||!window.ClipboardItem)return Promise.resolve(byEvent(plain,html));
    return navigator.clipboard.write([new ClipboardItem({
    "text/plain":new Blob([plain],{type:"text/plain"}),"text/html":new Blob([html],{type:"text/html"})
    })]).then(function(){return true;},function(){return byEvent(plain,html);});
    }
    Array.prototype.forEach.call(document.querySelectorAll(".copy"),function(button){
    button.hidden=false;
    button.setAttribute("aria-live","polite");
    button.addEventListener("click",function(){
    var table=button.closest(".table").querySelector("table");
    put(grid(table),markup(table)).then(function(done){
    button.textContent=done?words[1]:words[2];
    if(!done){var range=document.createRange();range.selectNode(table);var selection=getSelection();selection.removeAllRanges();selection.addRange(range);}
    setTimeout(function(){button.textContent=words[0];},2000);
    });
    });
    });
    var details=document.querySelector("nav details"),narrow=matchMedia("(max-width:71.99rem)");
    function fold(){details.open=!narrow.matches;}
    fold();
    narrow.addEventListener("change",fold);
    details.addEventListener("click",function(event){if(narrow.matches&&event.target.closest("a"))details.open=false;});
    if(window.IntersectionObserver){
    var links={},last=null;
    Array.prototype.forEach.call(document.querySelectorAll("nav a"),function(link){links[decodeURIComponent(link.hash.slice(1))]=link;});
    var observer=new IntersectionObserver(function(entries){
    entries.forEach(function(entry){
    var link=links[entry.target.getAttribute("aria-labelledby")];
    if(!entry.isIntersecting||!link)return;
    if(last)last.removeAttribute("aria-current");
    link.setAttribute("aria-current","true");last=link;
    });
    },{rootMargin:"-10% 0px -80% 0px"});
    Array.prototype.forEach.call(document.querySelectorAll("main>section"),function(section){observer.observe(section);});
    }
    })();

    """#
  }

  /// Texts as a list in JavaScript that is safe inside a script element.
  private static func javaScript(_ texts: [String]) -> String {
    JSONValue.array(texts.map { .string($0) }).text().replacing("<", with: "\\u003c")
  }
}
