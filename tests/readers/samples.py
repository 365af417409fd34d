"""Two small workbooks of other programs' making: one of xlwt (XLS), one of odfpy (ODS), with the same cells.

A letterhead, two header rows of which `Barrio` and `2023` are merged cells, an empty row between the records, and a footer.
"""

from __future__ import annotations

import base64
import zlib

_XLS = (
    "c-rk)OGs2v82-+kI}hKZsict%K~`p1x{1K1#K%grTJ#{OtKMQVX5!AcsGuyHWe~I~+6cC2W3}l)FWa>U?6C-fLW@?>LMUjVPXGVkJ2u("
    "`3S}twyPW@?^S{oy=l{=R=H+Pd*x;SYam>MXcrcyHfiHunsN|#@L6AI^;%fRGpptU2q>vM!K>ECRSn$HnG30oUL&I(T8ByRPl|wj*j#$"
    "(TEh3s^42I${G%B5PPs4R8g{Y8ml?d$?x<cqJ(S0Ozhj1<lZ6w_>br7TBj+(7b9`D!Ih^&yP!acEhC!8%P!*kB#bC;E^>%~qhVw_lFf+"
    "{^9L!gkhnNic?b`fqM7iey-Yj3YRKo~<Qg?k9!Qz776dR>o%T>j$n6^Q?1HsAjTet?2Fmw!dmfqtZpC{E@i3UFL!iI)~_!i*=8j}b33b"
    "Tk_YW0F>L9<}o99XoECA!e5YyN*V>BT*yNV}@Gd38Uw0JQ3+OXh&!=EGrTtr}dlb8z|3OskBp*>`e0fs&67@c!0fq76~@dhSJ(+Mib_?"
    "kYyf=#1mF5mroAaX@awMngUsW`9ynAB=urhg+UtG<jslK?OmPW!@}v8)5Si6*764<h4XAd#)UHyo7RZMMxhtP>nf>N3N59Hp?7s>nNw*"
    "U5S@!6t)_k&1aHFYGV1H8p8T@=epT{Qcmvgk+s03q4!;c#Vhx>%J!H?%0BTjOx^|WEAe??HXSaGUwBom&E1(6Pv8SAawg^+aRtd%SX{?"
    "ptF00bc_6v(KtM+-XFS}V)j)o>*H(Ns!4W@RB=a14GPiTZ1JuI^&9;*8sPpsj|@Wk34CxWc)5kLA&i~V>VTRqDtbg|{2KE_JuVqGu1Gh"
    "RObK0M|A+1i)I+9#SE-Lo3ERK^$ir0*Qbmeo`|&iC={&358Pl|mKC*?l0(BnHGiPv&O{gC^6Y$&}0_EV3o63l}b2xNza(zk}~Vn%rFMT"
    "b|dsL;9Wnb*89HyML1`TkJuMo&^1*Y(bRX7EUcFf6C!iX<urdHtGKh8T+Vr3%%%)ar7=Yf9dk6GQVfuhQYtLgcjQW^g_n@kNf`#H+m-$"
)
_ODS = (
    "c-rk(&2G~`5OxV5C=#b~cYVppc9N<RSg|V*jfAR}N|XoK+LPAE-nG2zw&BEu3pd^a4shqx3$MW=@Bj#A?f5S=#YtVnfkbw8XXl%5c6N3"
    "%yT8-9xu#^Fb>(gF=$(Nr`P{)L^g|Gn2uKtKzDtD9sChy?gAwj?gGE3+<|ZLfVelvh;_+huv0t<KHTm}a$6ZB{&pnj5j0y=j3xnYnzSI"
    "+lIU2UReWTY^fx67|>5<)ic`(u+cDJ0>Asdf<7p$C1pPEn+O}Ukg+FBA*D|O7GBm`~=*Q$DGRkbbT(x!L;XQC-u>Q=EB9?}#mb!)ujFl"
    "g*{s$63x)E@(H?0K%A*_cKl553km2AY${nIwXRxY(}F#Uuc379)qun-rbOiaW#1zx1tUZRw1y?J)sdtBvb1JFN>`2!g^T5+tC@q_Z_HV"
    "$1}ImSK+^4xm0If(*^602?!AW<)7fRWjdGX}B#%pQDCPiRyv6%?0t!KXMG`qJIC;6>}-nB@@U4l7xp4OElMcL?{K%)&}MDo{%{9*`>2t"
    "n$%@M64Hx#2fe{Y16G$|UW2FC0=3LCVoE?eYu1`eqqd@6SlnI6V(Tea_;LO|Ise4SmFG7O7!g`+1kblh7WD_$!?9s(mL%A@GK+`lSCGh"
    "#K4p^oK<{npy?%XfWU_z$lqr0Ek;K=t6upw8*ZPLh|H6j3zL<{^tO>wUV>t40j9ux!)V!z^Fl)tvIj4AY>Q&;I^Xkjbj-trt0ZMka4<7"
    "5!_C{u2w=7aG7PU^^_+Ke5T`6WV_n5?u4W!Cdv=@`preLXy%UOkEa&c5huOCg#R54XsX+_)ANUEHooieA!KJEq7i6?3)OM*a;h&Z-2Q!"
    "B+Gcs`l#!^N&pn%SH&E7Ilum_sd7(Uijr7_HpWTC^$?yP-+*w@r*E#>$Pg&ivbI{&};aRPL^`sM-5yi8`p?PG^C$M^p)Xy*lT>+TXc#T"
    "dH*M`x$>f+?Tyy5ba}u"
)

XLS = zlib.decompress(base64.b85decode(_XLS))
ODS = zlib.decompress(base64.b85decode(_ODS))
