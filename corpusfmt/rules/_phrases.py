"""Boilerplate lines of web pages in several languages, in the form that ``folded`` returns."""

from __future__ import annotations

from typing import Final

#: Whole lines, a language a paragraph: English, German, French, Spanish, Italian, Portuguese, Russian.
LINES: Final = """
share|share this|share this article|share this page|share this post|share this story|share on facebook|share on twitter
share on x|share on linkedin|share on whatsapp|share via email|tweet|tweet this|pin it|copy link|email this article
print this page|print this article|read more|read more here|read the full story|read full article|continue reading
learn more|click here|view all|see all|see more|show more|load more|load more comments|view comments|leave a comment
leave a reply|post a comment|add comment|add a comment|log in|login|sign in|sign up|register|subscribe|subscribe now
subscribe to our newsletter|sign up for our newsletter|join our newsletter|newsletter|follow us|follow us on facebook
follow us on twitter|follow us on instagram|follow us on social media|advertisement|advertising|sponsored
sponsored content|story continues below|story continues below advertisement|article continues below
accept cookies|accept all|accept all cookies|reject all|cookie settings|cookie policy|manage cookies
privacy policy|terms of use|terms of service|terms and conditions|all rights reserved|contact us|about us|site map
sitemap|skip to content|skip to main content|skip to navigation|back to top|go to top|toggle navigation|main menu
search|menu|next article|previous article|next post|previous post|related articles|related posts
related stories|related news|related topics|most read|most popular|recommended|recommended for you|you may also like
you might also like|more from this section|read also|see also|trending now|latest news|breaking news
go to the mediabank|go to the photo bank

teilen|artikel teilen|auf facebook teilen|auf twitter teilen|mehr lesen|weiterlesen|mehr erfahren|lesen sie auch
lesen sie mehr|anzeige|werbung|newsletter abonnieren|jetzt abonnieren|anmelden|registrieren|kommentare|kommentieren
drucken|artikel drucken|alle cookies akzeptieren|cookies akzeptieren|datenschutz|datenschutzerklärung|impressum
alle rechte vorbehalten|zum inhalt springen|zum seitenanfang|nach oben|das könnte sie auch interessieren
mehr zum thema|startseite|folgen sie uns

partager|partager sur facebook|partager sur twitter|lire la suite|lire aussi|à lire aussi|en savoir plus|publicité
s'abonner|je m'abonne|abonnez-vous|s'inscrire|se connecter|inscrivez-vous à notre newsletter|suivez-nous
accepter|tout accepter|accepter les cookies|politique de confidentialité|mentions légales
tous droits réservés|aller au contenu|retour en haut|imprimer|commentaires|articles similaires

compartir|compartir en facebook|compartir en twitter|leer más|lea también|lee también|ver más|saber más|publicidad
suscríbete|suscribirse|suscríbete a nuestro boletín|iniciar sesión|regístrate|aceptar cookies|aceptar todo
política de privacidad|política de cookies|aviso legal|todos los derechos reservados|saltar al contenido
volver arriba|síguenos|síguenos en facebook|artículos relacionados|noticias relacionadas

condividi|condividi su facebook|leggi anche|leggi tutto|continua a leggere|pubblicità|iscriviti
iscriviti alla newsletter|accedi|accetta|accetta tutti|informativa sulla privacy|tutti i diritti riservati
torna su|vai al contenuto|seguici|articoli correlati

compartilhar|compartilhe|partilhar|leia mais|leia também|ler mais|saiba mais|publicidade|assine|assine agora
assine nossa newsletter|entrar|aceitar cookies|aceitar todos|política de privacidade|todos os direitos reservados
voltar ao topo|siga-nos|notícias relacionadas

поделиться|поделиться в facebook|читать далее|читать дальше|читать полностью|читайте также|читать также|подробнее
узнать больше|реклама|на правах рекламы|подписаться|подписаться на рассылку|подпишитесь на нашу рассылку|войти
регистрация|комментарии|оставить комментарий|принять|принять все|политика конфиденциальности|все права защищены
наверх|вернуться наверх|распечатать|версия для печати|по теме|материалы по теме|перейти в медиабанк|перейти в фотобанк
"""

#: How other such lines begin, as a regular expression; most are longer, and go on in ways of their own.
BEGINNINGS: Final = (
    r"©|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4})|(?:photo|image|foto|bild|фото) ?: |(?:photo|foto|фото) ©"
    "|photo by |photo credit|image credit|image source|bildquelle|crédits? photo"
    "|sign up (?:for|to) (?:our|the) .*newsletter|subscribe to (?:our|the) |follow us on |share (?:this )?(?:on|via) "
    "|click here (?:to|for) |(?:this|our) (?:web ?)?site uses cookies|we use cookies "
    "|by (?:using|continuing to use) (?:this|our) (?:web ?)?site|diese (?:web)?seite verwendet cookies"
    "|wir verwenden cookies|ce site utilise des cookies|este sitio (?:web )?utiliza cookies"
    "|questo sito utilizza (?:i )?cookie|este site utiliza cookies|этот сайт использует (?:файлы )?cookie"
    "|мы используем (?:файлы )?cookie|(?:(?:read|see) also|related|read more|lesen sie auch|lire aussi|lea también"
    "|leggi anche|leia também|читайте также) ?: "
)
