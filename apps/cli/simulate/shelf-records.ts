/** Records of the demo shop: title / artist / genre / tags. */
export const RECORDS = `
Kind of Blue / Miles Davis / Jazz / trumpet, cool, late night
Sketches of Spain / Miles Davis / Jazz / trumpet, spain, orchestra
Bitches Brew / Miles Davis / Jazz / trumpet, electric, wild
A Love Supreme / John Coltrane / Jazz / saxophone, prayer, intense
Blue Train / John Coltrane / Jazz / saxophone, train, swing
Time Out / The Dave Brubeck Quartet / Jazz / piano, cool, rhythm
Mingus Ah Um / Charles Mingus / Jazz / bass, swing, wild
The Black Saint and the Sinner Lady / Charles Mingus / Jazz / bass, orchestra, intense
Saxophone Colossus / Sonny Rollins / Jazz / saxophone, swing, island
Brilliant Corners / Thelonious Monk / Jazz / piano, puzzle, wit
Waltz for Debby / Bill Evans / Jazz / piano, late night, quiet
The Köln Concert / Keith Jarrett / Jazz / piano, live, solitude
Ella and Louis / Ella Fitzgerald and Louis Armstrong / Jazz / voice, trumpet, romance
Lady in Satin / Billie Holiday / Jazz / voice, orchestra, late night
Head Hunters / Herbie Hancock / Jazz / electric, groove, dance
Journey in Satchidananda / Alice Coltrane / Jazz / harp, prayer, india
Getz/Gilberto / Stan Getz and João Gilberto / Latin / saxophone, quiet, brazil
Chega de Saudade / João Gilberto / Latin / guitar, quiet, brazil
Buena Vista Social Club / Buena Vista Social Club / Latin / cuba, voice, dance
Acabou Chorare / Novos Baianos / Latin / brazil, guitar, joy
Pet Sounds / The Beach Boys / Pop / sea, voice, orchestra
Revolver / The Beatles / Rock / sixties, guitar, experiment
Abbey Road / The Beatles / Rock / sixties, guitar, city
Highway 61 Revisited / Bob Dylan / Rock / sixties, poetry, american
Blood on the Tracks / Bob Dylan / Folk / poetry, guitar, marriage
Are You Experienced / The Jimi Hendrix Experience / Rock / sixties, guitar, electric
The Velvet Underground & Nico / The Velvet Underground / Rock / sixties, city, dark
Exile on Main St. / The Rolling Stones / Rock / guitar, groove, american
Led Zeppelin IV / Led Zeppelin / Rock / guitar, epic, loud
The Dark Side of the Moon / Pink Floyd / Rock / space, clocks, epic
Wish You Were Here / Pink Floyd / Rock / space, friendship, epic
The Rise and Fall of Ziggy Stardust / David Bowie / Rock / space, theatre, glam
Low / David Bowie / Electronic / city, experiment, cool
Horses / Patti Smith / Rock / poetry, city, punk
Marquee Moon / Television / Rock / guitar, city, punk
London Calling / The Clash / Rock / punk, london, politics
Unknown Pleasures / Joy Division / Rock / dark, city, cool
Remain in Light / Talking Heads / Rock / groove, dance, experiment
Rumours / Fleetwood Mac / Pop / marriage, guitar, american
Tapestry / Carole King / Pop / piano, friendship, american
Blue / Joni Mitchell / Folk / guitar, travel, poetry
Hejira / Joni Mitchell / Folk / travel, bass, snow
Five Leaves Left / Nick Drake / Folk / guitar, quiet, england
Pink Moon / Nick Drake / Folk / guitar, quiet, solitude
Astral Weeks / Van Morrison / Folk / poetry, voice, ireland
Liege & Lief / Fairport Convention / Folk / england, guitar, ghosts
Songs of Leonard Cohen / Leonard Cohen / Folk / poetry, quiet, romance
Nebraska / Bruce Springsteen / Folk / american, dark, solitude
What's Going On / Marvin Gaye / Soul / politics, groove, orchestra
Innervisions / Stevie Wonder / Soul / groove, electric, politics
Songs in the Key of Life / Stevie Wonder / Soul / groove, joy, epic
I Never Loved a Man / Aretha Franklin / Soul / voice, piano, intense
Otis Blue / Otis Redding / Soul / voice, sixties, intense
Pastel Blues / Nina Simone / Soul / voice, piano, politics
Back to Black / Amy Winehouse / Soul / voice, london, marriage
Maggot Brain / Funkadelic / Soul / guitar, groove, wild
Purple Rain / Prince / Pop / guitar, theatre, dance
Thriller / Michael Jackson / Pop / dance, groove, theatre
Hounds of Love / Kate Bush / Pop / voice, magic, sea
Like a Prayer / Madonna / Pop / dance, voice, prayer
Debut / Björk / Pop / dance, voice, experiment
Homogenic / Björk / Electronic / voice, orchestra, snow
Autobahn / Kraftwerk / Electronic / travel, machines, cool
Trans-Europe Express / Kraftwerk / Electronic / train, machines, cool
Ambient 1: Music for Airports / Brian Eno / Electronic / quiet, travel, solitude
Another Green World / Brian Eno / Electronic / quiet, experiment, nature
Selected Ambient Works 85-92 / Aphex Twin / Electronic / dance, quiet, machines
Music Has the Right to Children / Boards of Canada / Electronic / children, quiet, nature
Mezzanine / Massive Attack / Electronic / dark, groove, late night
Dummy / Portishead / Electronic / dark, voice, late night
Discovery / Daft Punk / Electronic / dance, robots, joy
Oxygène / Jean-Michel Jarre / Electronic / space, sea, epic
Exodus / Bob Marley & The Wailers / Reggae / politics, groove, prayer
Marcus Garvey / Burning Spear / Reggae / politics, history, groove
The Harder They Come / Jimmy Cliff / Reggae / cinema, groove, joy
Zombie / Fela Kuti / Afrobeat / politics, groove, wild
Expensive Shit / Fela Kuti / Afrobeat / politics, groove, dance
Éthiopiques 4 / Mulatu Astatke / Afrobeat / cool, saxophone, late night
Talking Timbuktu / Ali Farka Touré / Afrobeat / desert, guitar, quiet
It Takes a Nation of Millions / Public Enemy / Hip hop / politics, loud, city
Paid in Full / Eric B. & Rakim / Hip hop / city, cool, groove
3 Feet High and Rising / De La Soul / Hip hop / wit, joy, friendship
The Low End Theory / A Tribe Called Quest / Hip hop / bass, cool, groove
Illmatic / Nas / Hip hop / city, poetry, dark
The Miseducation of Lauryn Hill / Lauryn Hill / Hip hop / voice, groove, poetry
Goldberg Variations / Glenn Gould / Classical / piano, bach, puzzle
Cello Suites / Pablo Casals / Classical / cello, bach, solitude
Nine Symphonies / Herbert von Karajan / Classical / orchestra, beethoven, epic
Late String Quartets / Busch Quartet / Classical / strings, beethoven, intense
Winterreise / Dietrich Fischer-Dieskau / Classical / voice, schubert, snow
Piano Sonatas / Alfred Brendel / Classical / piano, schubert, quiet
The Rite of Spring / Igor Stravinsky / Classical / orchestra, dance, wild
The Planets / Gustav Holst / Classical / orchestra, space, epic
The Four Seasons / I Musici / Classical / strings, nature, italy
Music for 18 Musicians / Steve Reich / Classical / rhythm, machines, joy
Glassworks / Philip Glass / Classical / piano, rhythm, quiet
Tabula Rasa / Arvo Pärt / Classical / strings, prayer, quiet
`;
